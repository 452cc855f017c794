-- Revert onecase:derive_in_order from pg

begin;
set local client_encoding = 'UTF8';

-- The columns of cases that only departments set, of the cases given: a function of their reports and assignments, whenever
-- it is called. Of several reports that say one thing the one whose status was set last counts.
create or replace function onecase.derive_cases(of_regions text[], of_cases bigint[]) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    update onecase.assignments a
       set case_id = r.case_id
      from unnest(of_regions, of_cases) as k (region, case_id)
      join onecase.cases c on c.region = k.region and c.case_id = k.case_id
      join onecase.reports r
        on r.region = c.region and r.hazard_id = c.hazard_id and r.case_id = c.case_id
     where a.region = r.region and a.report_id = r.report_id
       and a.case_id is distinct from r.case_id;

    update onecase.cases c
       set accepted_at = s.accepted_at, dispatched_at = s.dispatched_at, responded_at = s.responded_at,
           rectified_at = s.rectified_at, rechecked_at = s.rechecked_at,
           urge_count = s.urge_count, dispatch_count = s.dispatch_count, return_count = s.return_count,
           lead_org = s.lead_org[1][1], lead_org_by = s.lead_org[1][2],
           measures = s.measures[1][1], measures_by = s.measures[1][2],
           tracker_post = s.tracker_post[1][1], tracker_post_by = s.tracker_post[1][2],
           satisfaction = s.satisfaction[1][1]::smallint, satisfaction_by = s.satisfaction[1][2],
           recheck_result = s.recheck[1][1], recheck_by = s.recheck[1][2],
           sham = s.sham, sham_by = s.sham_by
      from (
        select c.region, c.case_id, told.accepted_at, told.dispatched_at, told.responded_at,
               told.rectified_at, told.rechecked_at, told.urge_count, told.dispatch_count, told.return_count,
               coalesce(lead.said, told.lead_org) as lead_org, told.measures, told.tracker_post,
               told.satisfaction, told.recheck,
               case when told.rechecked_at is not null
                    then coalesce(told.failed_at >= told.claimed_at, false) end as sham,
               case when told.failed_at >= told.claimed_at then told.failed_by end as sham_by
          from unnest(of_regions, of_cases) as k (region, case_id)
          join onecase.cases c on c.region = k.region and c.case_id = k.case_id
          cross join lateral (
               select min(r.accepted_at) as accepted_at, min(r.dispatched_at) as dispatched_at,
                      min(r.responded_at) as responded_at, max(r.rectified_at) as rectified_at,
                      min(r.rectified_at) as claimed_at, max(r.rechecked_at) as rechecked_at,
                      max(r.recheck_failed_at) as failed_at,
                      coalesce(sum(r.urged), 0)::integer as urge_count,
                      coalesce(sum(r.dispatch_count), 0)::integer as dispatch_count,
                      coalesce(sum(r.return_count), 0)::integer as return_count,
                      (array_agg(array[r.lead_org, r.source] order by r.status_at desc nulls last, r.report_id desc)
                           filter (where r.lead_org is not null
                               and not exists (select from onecase.assignments a
                                                where a.region = r.region and a.report_id = r.report_id
                                                  and a.role = 'lead')))[1:1] as lead_org,
                      (array_agg(array[r.measures, r.source] order by r.status_at desc nulls last, r.report_id desc)
                           filter (where r.measures is not null))[1:1] as measures,
                      (array_agg(array[r.tracker_post, r.source] order by r.status_at desc nulls last, r.report_id desc)
                           filter (where r.tracker_post is not null))[1:1] as tracker_post,
                      (array_agg(array[r.satisfaction::text, r.source] order by r.status_at desc nulls last, r.report_id desc)
                           filter (where r.satisfaction is not null))[1:1] as satisfaction,
                      (array_agg(array[r.recheck_result, r.source]
                                 order by r.rechecked_at desc nulls last, r.recheck_result, r.report_id desc)
                           filter (where r.recheck_result is not null))[1:1] as recheck,
                      (array_agg(r.source order by r.recheck_failed_at desc, r.report_id desc)
                           filter (where r.recheck_failed_at is not null))[1] as failed_by
                 from onecase.reports r
                where r.region = c.region and r.hazard_id = c.hazard_id and r.case_id = c.case_id
               ) told
          left join lateral (
               select array[array[a.org_code, a.source]] as said
                 from onecase.assignments a
                where a.region = c.region and a.case_id = c.case_id and a.role = 'lead'
                  and a.status not in (90, 95) and a.org_code is not null
                order by a.assigned_at desc nulls last, a.report_id desc, a.assignment_no desc, a.n desc
                limit 1
               ) lead on true
           ) s
     where c.region = s.region and c.case_id = s.case_id
       and (c.accepted_at, c.dispatched_at, c.responded_at, c.rectified_at, c.rechecked_at, c.urge_count,
            c.dispatch_count, c.return_count, c.lead_org, c.lead_org_by, c.measures, c.measures_by,
            c.tracker_post, c.tracker_post_by, c.satisfaction, c.satisfaction_by, c.recheck_result,
            c.recheck_by, c.sham, c.sham_by)
           is distinct from
           (s.accepted_at, s.dispatched_at, s.responded_at, s.rectified_at, s.rechecked_at, s.urge_count,
            s.dispatch_count, s.return_count, s.lead_org[1][1], s.lead_org[1][2], s.measures[1][1], s.measures[1][2],
            s.tracker_post[1][1], s.tracker_post[1][2], s.satisfaction[1][1]::smallint, s.satisfaction[1][2],
            s.recheck[1][1], s.recheck[1][2], s.sham, s.sham_by);
end
$$;

commit;
