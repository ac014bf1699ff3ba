-- One material of one case whose applicant is known. A paper is handed in again if the same person handed in the same kind of paper with an earlier
-- application in the 24 months before, whatever body it went to. The personal key, a keyed hash, stays behind; applicant_no is a number made of it, the
-- same whichever cases are built together.
with applied as (
    select
        moment.case_id,
        moment.application_at,
        applicant.applicant_no,
        count(*) over (partition by applicant.applicant_no) > 1 as is_returning
    from (
        select case_id, (md5_number_lower(min(applicant_key)) >> 1)::bigint as applicant_no from int_case_applicant as applied_for group by case_id
    ) as applicant
    join int_case_moment as moment on moment.case_id = applicant.case_id
),
paper as (
    select distinct applied.applicant_no, material.material_code, applied.application_at, material.application_on
    from mart_material as material
    join applied on applied.case_id = material.case_id
    where material.is_submitted and applied.is_returning
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
    applied.applicant_no,
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
join applied on applied.case_id = material.case_id
-- A condition on the left side alone would make this join a nested loop.
left join repeated on repeated.applicant_no = case when material.is_submitted then applied.applicant_no end
    and repeated.material_code = material.material_code and repeated.application_at = applied.application_at
