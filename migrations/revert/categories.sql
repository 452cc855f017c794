-- Revert onecase:categories from pg

begin;

drop table onecase.categories;
drop table onecase.category_groups;

commit;
