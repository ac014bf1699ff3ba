-- One case: what it is about (item version in force at acceptance, department, division, calendar, limits) and the span of its administrative clock.
with span as (
    select
        moment.*,
        milestone.last_event_on,
        milestone.accepted_on is null as is_acceptance_imputed,
        coalesce(milestone.accepted_on, milestone.received_on, milestone.submitted_on, moment.application_on) as clock_start_on,
        coalesce(milestone.decided_on, milestone.completed_event_on) as clock_end_on,
        coalesce(milestone.decided_on, milestone.completed_event_on, moment.completed_on) as ended_on,
        case
            when moment.completing_type is null then milestone.has_void_outcome
            else coalesce(moment.outcome in ('void', 'technical_delete'), false)
        end as is_void
    from int_case_moment as moment
    join int_case_milestone as milestone on milestone.case_id = moment.case_id
)
select
    span.case_id,
    span.item_id,
    version.version as item_version,
    coalesce(version.dept_id, span.event_dept_id) as dept_id,
    department.function_code,
    coalesce(version.division_code, span.event_division_code) as division_code,
    coalesce(division.calendar_id, 'CN') as calendar_id,
    span.application_on,
    span.channel,
    span.last_event_on,
    span.clock_start_on as accepted_on,
    span.is_acceptance_imputed,
    span.clock_end_on,
    span.ended_on,
    span.completing_type is not null as is_completed,
    span.is_void,
    version.legal_limit,
    version.legal_unit,
    version.promised_limit,
    version.promised_unit,
    coalesce(version.is_limit_converted, false) as is_limit_converted
from span
left join int_item_span as version
    on version.item_id = span.item_id and span.clock_start_on >= version.from_on and span.clock_start_on < version.until_on
left join dim_department as department on department.dept_id = coalesce(version.dept_id, span.event_dept_id)
left join dim_division as division on division.division_code = coalesce(version.division_code, span.event_division_code)
