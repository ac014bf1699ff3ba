-- One material of one case that is not void: the highest resubmission. A material whose case is not known yet has no date.
with material as (
    select given.* replace (coalesce(alias.canonical_case_id, given.case_id) as case_id), given.case_id as said_of
    from core_case_material as given
    left join int_link_alias as alias on alias.case_id = given.case_id
),
repeated as (
    select material.case_id, material.material_code
    from material
    group by material.case_id, material.material_code
    having count(*) > 1
),
-- Most materials were handed in once; only the others need an order.
latest as (
    select material.*
    from material
    left join repeated on repeated.case_id = material.case_id and repeated.material_code = material.material_code
    where repeated.case_id is null
    union all
    select material.*
    from material
    join repeated on repeated.case_id = material.case_id and repeated.material_code = material.material_code
    qualify row_number() over (
        partition by material.case_id, material.material_code
        order by coalesce(material.resubmission_no, 0) desc, material.submitted_at desc nulls last, material.source_id, material.said_of, material.resubmission_no nulls last
    ) = 1
),
-- Cases that needed paper which nobody held.
unheld as (
    select distinct case_id from latest where provided_by = 'paper' and not coalesce(was_available, false)
)
select
    latest.case_id,
    latest.material_code,
    latest.source_id as source_id,
    subject.item_id,
    item.item_type,
    item.audience,
    item.theme,
    item.case_type,
    subject.dept_id,
    subject.function_code,
    subject.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    subject.channel,
    channel.channel_group,
    subject.application_on,
    latest.licence_type as licence_type,
    coalesce(latest.required, true) as is_required,
    latest.provided_by as provided_by,
    latest.provided_by in ('reuse', 'elicence', 'data_share') as is_exempted,
    latest.provided_by in ('paper', 'upload') as is_submitted,
    coalesce(latest.was_available, false) as was_available,
    coalesce(latest.copies, 1) as copies,
    coalesce(subject.application_on >= stock.since_on, false) as is_licence_in_stock,
    latest.provided_by = 'paper' and coalesce(visit.visits, 0) > 0 as is_carried,
    unheld.case_id is null as is_case_held
from latest
left join int_case_subject as subject on subject.case_id = latest.case_id
left join mart_item as item on item.item_id = subject.item_id and item.version = subject.item_version
left join dim_division as division on division.division_code = subject.division_code
left join ref_channel as channel on channel.channel = subject.channel
left join (
    select licence_type, min(since_on) as since_on from mart_elicence where licences > 0 group by licence_type
) as stock on stock.licence_type = latest.licence_type
left join int_case_visit_count as visit on visit.case_id = latest.case_id
left join unheld on unheld.case_id = latest.case_id
where not coalesce(subject.is_void, false)
