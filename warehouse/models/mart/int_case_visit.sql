-- One visit: a case, a place and a local date. Places are sites, terminals, and unknown points (each its own place). What counts as a visit at all is
-- said by ref_visit_policy; visits to terminals are kept apart. A visit has one cause: the first, in the order below, of those that its events and tickets give.
with policy as (
    select
        bool_or(counts) filter (where kind = 'terminal') as terminal,
        bool_or(counts) filter (where kind = 'station') as station,
        bool_or(counts) filter (where kind = 'consultation') as consultation,
        bool_or(counts) filter (where kind = 'agent') as agent,
        bool_or(counts) filter (where kind = 'pickup') as pickup
    from ref_visit_policy
),
-- While applicants are asked for supplements, until the end of the day on which these came in.
asked as (
    select
        coalesce(alias.canonical_case_id, event.case_id) as case_id,
        event.event_type,
        event.occurred_at,
        min(case when event.event_type = 'supplement_received' then event.occurred_on end) over (
            partition by coalesce(alias.canonical_case_id, event.case_id) order by event.occurred_at, kind.ordinal, event.event_id
            rows between 1 following and unbounded following
        ) as until_on
    from core_case_event as event
    join ref_event_type as kind on kind.event_type = event.event_type
    left join int_link_alias as alias on alias.case_id = event.case_id
    where event.event_type in ('supplement_requested', 'supplement_received')
),
request as (
    select case_id, occurred_at as since_at, coalesce(until_on, date '9999-12-31') as until_on from asked where event_type = 'supplement_requested'
),
ticket as (
    select
        coalesce(alias.canonical_case_id, ticket.case_id) as case_id,
        ticket.item_id,
        ticket.person_key,
        coalesce(ticket.service_started_at, ticket.called_at, ticket.issued_at) as visited_at,
        coalesce(ticket.service_started_on, ticket.called_on, ticket.issued_on) as visited_on,
        coalesce(point.kind = 'terminal', false) as is_terminal,
        coalesce(point.kind = 'station', false) as is_station,
        case when point.kind = 'terminal' then ticket.window_point_id else ticket.site_id end as place,
        ticket.site_id
    from core_queue_ticket as ticket
    left join int_point as point on point.point_id = ticket.window_point_id
    left join int_link_alias as alias on alias.case_id = ticket.case_id
    where ticket.status = 'served'
),
-- onsite_* implies being there as the applicant, unless the event says who it was.
event as (
    select
        coalesce(alias.canonical_case_id, event.case_id) as case_id,
        event.occurred_at as visited_at,
        event.occurred_on as visited_on,
        coalesce(point.kind = 'terminal', false) or event.channel = 'terminal' as is_terminal,
        coalesce(point.kind = 'station', false) or event.channel = 'agent_station' as is_station,
        case
            when point.kind = 'terminal' or (event.channel = 'terminal' and event.point_id is not null) then event.point_id
            when point.site_id is not null then point.site_id
            else 'point:' || coalesce(event.point_id, '')
        end as place,
        point.site_id,
        point.point_id is null as is_point_unknown,
        event.event_type = 'onsite_consult' as is_consultation,
        event.actor_kind is not distinct from 'agent' as is_agent,
        case
            when event.event_type in ('onsite_submission', 'submitted', 'received') then 'submission'
            when event.event_type = 'onsite_identity_check' then 'identity_check'
            when event.event_type = 'onsite_original_check' then 'original_check'
            when event.event_type = 'supplement_received' then 'supplement'
            when event.event_type in ('onsite_pickup', 'delivered') then 'pickup'
            else 'other'
        end as cause
    from core_case_event as event
    left join int_point as point on point.point_id = event.point_id
    left join int_link_alias as alias on alias.case_id = event.case_id
    where (event.on_site or event.event_type like 'onsite\_%' escape '\')
        and (event.actor_kind in ('applicant', 'agent') or (event.actor_kind is null and event.event_type like 'onsite\_%' escape '\'))
),
-- Tickets without a case that may belong to one: of the same person, for the same item or department (or an unknown item), in the window.
stray as (
    select ticket.*, item.dept_id
    from ticket
    left join (select item_id, arg_max(dept_id, version) as dept_id from mart_item group by item_id) as item on item.item_id = ticket.item_id
    where ticket.case_id is null and ticket.person_key is not null and not ticket.is_terminal
),
near as (
    select subject.case_id, stray.place, stray.site_id, stray.visited_at, stray.visited_on, stray.is_station
    from stray
    join int_case_applicant as applicant on applicant.applicant_key = stray.person_key
    join int_case_subject as subject
        on subject.case_id = applicant.case_id
        and stray.visited_on >= subject.application_on - 30 and stray.visited_on <= subject.last_event_on
    where stray.dept_id is null or stray.item_id = subject.item_id or stray.dept_id = subject.dept_id
),
seen as (
    select case_id, place, site_id, visited_at, visited_on, is_terminal, is_station, true as is_linked, false as is_point_unknown, 'other' as cause
    from ticket where case_id is not null
    union all
    select event.case_id, place, site_id, visited_at, visited_on, is_terminal, is_station, true as is_linked, is_point_unknown, cause
    from event
    cross join policy
    where (policy.consultation or not event.is_consultation)
        and (policy.agent or not event.is_agent)
        and (policy.pickup or event.cause <> 'pickup')
    union all
    select case_id, place, site_id, visited_at, visited_on, false as is_terminal, is_station, false as is_linked, false as is_point_unknown, 'other' as cause
    from near
),
ordered as (
    select
        seen.*,
        case seen.cause when 'submission' then 1 when 'identity_check' then 3 when 'original_check' then 4 when 'pickup' then 5 else 6 end as place_in_order
    from seen
    cross join policy
    where policy.station or not seen.is_station
),
-- Few cases are ever asked for supplements: only theirs are looked at again.
put as (
    select
        ordered.case_id,
        ordered.place,
        ordered.visited_on,
        ordered.is_terminal and not policy.terminal as is_terminal,
        min(case
            when ordered.cause = 'supplement' then 2
            when ordered.cause <> 'pickup'
                and request.since_at < ordered.visited_at and ordered.visited_on <= request.until_on then 2
            else ordered.place_in_order
        end) as cause_no,
        min(ordered.site_id) as site_id,
        bool_or(ordered.is_linked) as is_linked,
        bool_or(ordered.is_point_unknown) as is_point_unknown
    from ordered
    cross join policy
    left join request on request.case_id = ordered.case_id
    group by ordered.case_id, ordered.place, ordered.visited_on, ordered.is_terminal and not policy.terminal
)
select
    put.case_id,
    put.place,
    put.site_id,
    put.visited_on,
    put.is_terminal,
    put.is_linked,
    put.is_point_unknown,
    case
        when put.cause_no = 5 and coalesce(item.supports_courier, false) then 'pickup_by_choice'
        else ['submission', 'supplement', 'identity_check', 'original_check', 'pickup', 'other'][put.cause_no]
    end as cause
from put
-- A condition on the left side alone would make this join a nested loop.
left join int_case_subject as subject on subject.case_id = case when put.cause_no = 5 then put.case_id end
left join mart_item as item on item.item_id = subject.item_id and item.version = subject.item_version
