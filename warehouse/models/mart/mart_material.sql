-- One material of one case that is not void: the highest resubmission. A material whose case is not known yet has no date.
with latest as (
    select
        case_id,
        material_code,
        arg_max(
            {'source_id': source_id, 'licence_type': licence_type, 'is_required': required, 'provided_by': provided_by,
             'was_available': was_available, 'copies': copies},
            {'resubmission_no': coalesce(resubmission_no, 0), 'file_id': file_id, 'row_no': row_no}
        ) as material
    from core_case_material
    group by case_id, material_code
)
select
    latest.case_id,
    latest.material_code,
    latest.material.source_id as source_id,
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
    latest.material.licence_type as licence_type,
    coalesce(latest.material.is_required, true) as is_required,
    latest.material.provided_by as provided_by,
    latest.material.provided_by in ('reuse', 'elicence', 'data_share') as is_exempted,
    latest.material.provided_by in ('paper', 'upload') as is_submitted,
    coalesce(latest.material.was_available, false) as was_available,
    coalesce(latest.material.copies, 1) as copies
from latest
left join int_case_subject as subject on subject.case_id = latest.case_id
left join mart_item as item on item.item_id = subject.item_id and item.version = subject.item_version
left join dim_division as division on division.division_code = subject.division_code
left join ref_channel as channel on channel.channel = subject.channel
where not coalesce(subject.is_void, false)
