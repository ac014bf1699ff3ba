-- One case with materials: how many required papers the applicant handed in, whether one of them was no proof of identity, whether a commitment stood in.
-- Of a material that was handed in again the last resubmission decides. Identity papers go by their licence type or code, or by their Chinese name.
with material as (
    select given.* replace (coalesce(alias.canonical_case_id, given.case_id) as case_id), given.case_id as said_of
    from core_case_material as given
    left join int_link_alias as alias on alias.case_id = given.case_id
),
latest as (
    select material.*
    from material
    qualify row_number() over (
        partition by material.case_id, material.material_code
        order by coalesce(material.resubmission_no, 0) desc, material.submitted_at desc nulls last, material.source_id, material.said_of, material.resubmission_no nulls last
    ) = 1
),
identity_paper as (
    select distinct material_code
    from core_item_material
    where licence_type in ('id_card', 'identity_card', 'resident_id_card') or name_zh like '%身份证%'
)
select
    latest.case_id,
    count(*) filter (where coalesce(latest.required, true) and latest.provided_by in ('paper', 'upload')) as submitted_materials,
    coalesce(bool_or(
        latest.provided_by in ('paper', 'upload') and identity_paper.material_code is null
        and latest.material_code not in ('id_card', 'identity_card', 'resident_id_card')
        and coalesce(latest.licence_type not in ('id_card', 'identity_card', 'resident_id_card'), true)
    ), false) as has_other_paper,
    coalesce(bool_or(latest.provided_by = 'commitment'), false) as has_commitment
from latest
left join identity_paper on identity_paper.material_code = latest.material_code
group by latest.case_id
