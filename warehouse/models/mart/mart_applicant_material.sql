-- One material of one case whose applicant is known. A paper is handed in again if the same person handed in the same kind of paper with an earlier
-- application in the 24 months before, whatever body it went to. The personal key stays behind; applicant_no tells applicants apart within one release.
with applicant as (
    select case_id, min(applicant_key) as applicant_key
    from int_case_applicant
    group by case_id
),
-- Numbers instead of keys from here on: they stay behind, and long texts are slow to sort and join. Who came first has the lowest: a day more
-- adds numbers and changes none.
person as (
    select applicant_key, row_number() over (order by first_at, applicant_key) as applicant_no
    from (
        select applicant.applicant_key, min(moment.application_at) as first_at
        from applicant
        semi join mart_material as material on material.case_id = applicant.case_id
        join int_case_moment as moment on moment.case_id = applicant.case_id
        group by applicant.applicant_key
    )
),
known as (
    select material.*, person.applicant_no, moment.application_at
    from mart_material as material
    join applicant on applicant.case_id = material.case_id
    join person on person.applicant_key = applicant.applicant_key
    join int_case_moment as moment on moment.case_id = material.case_id
),
moment_of_paper as (
    select distinct applicant_no, material_code, application_at, application_on
    from known
    where is_submitted
),
repeated as (
    select
        applicant_no,
        material_code,
        application_at,
        coalesce(
            lag(application_on) over (partition by applicant_no, material_code order by application_at) >= application_on - interval 24 month, false
        ) as is_repeat
    from moment_of_paper
)
select
    known.case_id,
    known.material_code,
    known.source_id,
    known.applicant_no,
    known.item_id,
    known.item_type,
    known.audience,
    known.theme,
    known.case_type,
    known.dept_id,
    known.function_code,
    known.division_code,
    known.province_code,
    known.city_code,
    known.district_code,
    known.town_code,
    known.channel,
    known.channel_group,
    known.application_on,
    known.licence_type,
    known.is_submitted,
    known.is_exempted,
    coalesce(repeated.is_repeat, false) as is_repeat_submission
from known
-- A condition on the left side alone would make this join a nested loop.
left join repeated on repeated.applicant_no = case when known.is_submitted then known.applicant_no end
    and repeated.material_code = known.material_code and repeated.application_at = known.application_at
