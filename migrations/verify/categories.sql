-- Verify onecase:categories on pg

begin;

select group_code, name_zh, name_en
  from onecase.category_groups
 where false;

select code, group_code, name_zh, name_en, radius_m, recurrence_days, colour, scope,
       lead_department, note
  from onecase.categories
 where false;

select 1 / (count(*) = 10)::integer from onecase.category_groups;
select 1 / (count(*) = 53)::integer from onecase.categories;

rollback;
