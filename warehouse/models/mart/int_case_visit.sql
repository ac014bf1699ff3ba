-- One case with a visit: distinct places × local dates. Places are sites, terminals, and unknown points (each its own place).
-- Policy: terminals are counted apart, stations count, consultations never, pick-up and agents do; staff's own inspections do not.
with ticket as (
    select
        ticket.case_id,
        ticket.item_id,
        ticket.person_key,
        coalesce(ticket.service_started_on, ticket.called_on, ticket.issued_on) as visited_on,
        coalesce(point.kind = 'terminal', false) as is_terminal,
        case when point.kind = 'terminal' then ticket.window_point_id else ticket.site_id end as place
    from core_queue_ticket as ticket
    left join int_point as point on point.point_id = ticket.window_point_id
    where ticket.status = 'served'
),
-- onsite_* implies being there as the applicant, unless the event says who it was.
event as (
    select
        event.case_id,
        event.occurred_on as visited_on,
        coalesce(point.kind = 'terminal', false) or event.channel = 'terminal' as is_terminal,
        case
            when point.kind = 'terminal' or (event.channel = 'terminal' and event.point_id is not null) then event.point_id
            when point.site_id is not null then point.site_id
            else 'point:' || coalesce(event.point_id, '')
        end as place,
        point.point_id is null as is_point_unknown
    from core_case_event as event
    left join int_point as point on point.point_id = event.point_id
    where event.event_type <> 'onsite_consult'
        and (event.on_site or event.event_type like 'onsite\_%' escape '\')
        and (event.actor_kind in ('applicant', 'agent') or (event.actor_kind is null and event.event_type like 'onsite\_%' escape '\'))
),
-- Tickets without a case that may belong to one: of the same person, for the same item or department (or an unknown item), in the window.
stray as (
    select ticket.*, item.dept_id
    from ticket
    left join (select item_id, arg_max(dept_id, version) as dept_id from mart_item group by item_id) as item on item.item_id = ticket.item_id
    where ticket.case_id is null and ticket.person_key is not null and not ticket.is_terminal
),
applicant as (
    select distinct event.case_id, event.applicant_key
    from core_case_event as event
    where event.applicant_key is not null and event.applicant_key in (select person_key from stray)
),
near as (
    select subject.case_id, stray.place, stray.visited_on
    from stray
    join applicant on applicant.applicant_key = stray.person_key
    join int_case_subject as subject
        on subject.case_id = applicant.case_id
        and stray.visited_on >= subject.application_on - 30 and stray.visited_on <= subject.last_event_on
    where stray.dept_id is null or stray.item_id = subject.item_id or stray.dept_id = subject.dept_id
),
seen as (
    select case_id, place, visited_on, is_terminal, true as is_linked, false as is_point_unknown from ticket where case_id is not null
    union all
    select case_id, place, visited_on, is_terminal, true as is_linked, is_point_unknown from event
    union all
    select case_id, place, visited_on, false as is_terminal, false as is_linked, false as is_point_unknown from near
),
visit as (
    select case_id, place, visited_on, is_terminal, bool_or(is_linked) as is_linked, bool_or(is_point_unknown) as is_point_unknown
    from seen
    group by case_id, place, visited_on, is_terminal
)
select
    case_id,
    count(*) filter (where is_linked and not is_terminal) as visits,
    count(*) filter (where not is_terminal) as visits_upper,
    count(*) filter (where is_terminal) as terminal_visits,
    bool_or(is_point_unknown) as has_unknown_point
from visit
group by case_id
