-- One material of one case whose applicant is known. A paper is handed in again if the same person handed in the same kind of paper with an earlier
-- application in the 24 months before, whatever body it went to. The personal key stays behind; applicant_no tells applicants apart within one release.
with applicant as (
    select case_id, min(applicant_key) as applicant_key
    from int_case_applicant
    group by case_id
),
applied as (
    select applicant.case_id, applicant.applicant_key, moment.application_at
    from applicant
    join int_case_moment as moment on moment.case_id = applicant.case_id
    where applicant.case_id in (select case_id from mart_material)
),
-- Numbers instead of keys from here on: they stay behind, and long texts are slow to sort and join. Who came first has the lowest: a day more
-- adds numbers and changes none.
person as (
    select applicant_key, count(*) > 1 as is_returning, row_number() over (order by min(application_at), applicant_key) as applicant_no
    from applied
    group by applicant_key
),
numbered as (
    select applied.case_id, applied.application_at, person.applicant_no, person.is_returning
    from applied
    join person on person.applicant_key = applied.applicant_key
),
paper as (
    select distinct numbered.applicant_no, material.material_code, numbered.application_at, material.application_on
    from mart_material as material
    join numbered on numbered.case_id = material.case_id
    where material.is_submitted and numbered.is_returning
),
repeated as (
    select applicant_no, material_code, application_at
    from paper
    qualify lag(application_on) over (partition by applicant_no, material_code order by application_at) >= application_on - interval 24 month
)
select
    material.case_id,
    material.material_code,
    material.source_id,
    numbered.applicant_no,
    material.item_id,
    material.item_type,
    material.audience,
    material.theme,
    material.case_type,
    material.dept_id,
    material.function_code,
    material.division_code,
    material.province_code,
    material.city_code,
    material.district_code,
    material.town_code,
    material.channel,
    material.channel_group,
    material.application_on,
    material.licence_type,
    material.is_submitted,
    material.is_exempted,
    repeated.applicant_no is not null as is_repeat_submission
from mart_material as material
join numbered on numbered.case_id = material.case_id
-- A condition on the left side alone would make this join a nested loop.
left join repeated on repeated.applicant_no = case when material.is_submitted then numbered.applicant_no end
    and repeated.material_code = material.material_code and repeated.application_at = numbered.application_at
