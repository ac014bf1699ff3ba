-- One bad rating and what was done about it, over all attempts: the first contact, the latest verdict, the first rectification, the latest visit back.
-- A rating found to be a mistake is marked invalid afterwards, so invalid ratings stay here. Empty until follow-ups were loaded at all.
with attempt as (
    select
        source_id,
        rating_id,
        min(contacted_on) as contacted_on,
        arg_max(verified, attempt) filter (where verified is not null) as verdict,
        arg_max(due_at, attempt) filter (where due_at is not null) as due_at,
        arg_max(due_on, attempt) filter (where due_on is not null) as due_on,
        min(rectified_at) as rectified_at,
        arg_max(revisit_on, attempt) filter (where revisit_grade is not null) as revisit_on,
        arg_max(revisit_grade, attempt) filter (where revisit_grade is not null) as revisit_grade
    from core_rating_followup
    group by source_id, rating_id
),
bad as (
    select rating.*, coalesce(core.real_name, false) as is_real_name
    from mart_rating as rating
    join core_rating as core on core.source_id = rating.source_id and core.rating_id = rating.rating_id
    where rating.grade <= 2 and exists (select 1 from attempt)
)
select
    bad.rating_id,
    bad.source_id,
    bad.case_id,
    bad.item_id,
    bad.item_type,
    bad.audience,
    bad.theme,
    bad.case_type,
    bad.dept_id,
    bad.function_code,
    bad.division_code,
    bad.province_code,
    bad.city_code,
    bad.district_code,
    bad.town_code,
    bad.channel,
    bad.channel_group,
    bad.grade,
    bad.rated_on,
    bad.is_valid,
    bad.is_real_name,
    attempt.contacted_on is not null as is_contacted,
    replace(attempt.verdict, '-', '_') as verdict,
    attempt.due_on,
    attempt.rectified_at is not null as is_rectified,
    coalesce(attempt.rectified_at <= attempt.due_at, false) as is_rectified_on_time,
    attempt.revisit_on,
    attempt.revisit_grade
from bad
left join attempt on attempt.source_id = bad.source_id and attempt.rating_id = bad.rating_id
