-- One queue ticket. Waits run from issue (appointments: from the later of slot and check-in) to the first call, and are summed over a chain of transfers.
with leg as (
    select
        ticket.* replace (coalesce(alias.canonical_case_id, ticket.case_id) as case_id),
        coalesce(chain.first_ticket_id, ticket.ticket_id) as first_ticket_id,
        chain.first_ticket_id is null as is_chain_head,
        coalesce(ticket.slot_start_at, appointment.slot_start_at) as slot_at,
        ticket.appointment_id is not null or ticket.slot_start_at is not null as is_appointment
    from core_queue_ticket as ticket
    left join int_link_alias as alias on alias.case_id = ticket.case_id
    left join int_ticket_chain as chain on chain.source_id = ticket.source_id and chain.ticket_id = ticket.ticket_id
    left join (
        select appointment_id, min(slot_start_at) as slot_start_at from core_appointment group by appointment_id
    ) as appointment on appointment.appointment_id = ticket.appointment_id
),
-- no_show is called_at without anybody coming: the wait is censored there. A ticket never called is censored when it is closed.
timed as (
    select
        leg.*,
        case when is_appointment and slot_at is not null then greatest(slot_at, coalesce(checkin_at, issued_at)) else issued_at end as waits_from,
        case when status in ('served', 'serving', 'transferred') then called_at else coalesce(called_at, service_ended_at) end as waits_until
    from leg
),
waited as (
    select
        timed.*,
        case
            when status in ('waiting', 'cancelled') then null
            when waits_until < waits_from and coalesce(is_appointment and waits_until < slot_at, false) then 0
            else (epoch_us(waits_until) - epoch_us(waits_from)) / 60000000.0
        end as leg_minutes
    from timed
),
chain as (
    select
        source_id,
        first_ticket_id,
        sum(leg_minutes) as minutes,
        min(leg_minutes) as shortest,
        bool_and(leg_minutes is not null or status = 'transferred') as is_complete,
        arg_max(status, {'at': issued_at, 'is_later': not is_chain_head, 'ticket_id': ticket_id}) as last_status
    from waited
    group by source_id, first_ticket_id
),
judged as (
    select
        waited.source_id,
        waited.ticket_id,
        waited.is_chain_head and chain.last_status in ('served', 'serving') as is_called,
        waited.is_chain_head and chain.last_status in ('left', 'no_show', 'expired') as is_chain_abandoned,
        case when waited.is_chain_head and chain.is_complete and chain.last_status <> 'transferred' then chain.minutes end as chain_minutes,
        waited.is_chain_head and coalesce(chain.shortest < 0 or chain.minutes > 480, false) as is_implausible
    from waited
    join chain on chain.source_id = waited.source_id and chain.first_ticket_id = waited.first_ticket_id
),
called as (
    select
        waited.*,
        extract(hour from issued_at + to_microseconds((judged.chain_minutes * 60000000)::bigint))::bigint as called_hour
    from waited
    join judged on judged.source_id = waited.source_id and judged.ticket_id = waited.ticket_id
    where waited.window_point_id is not null and judged.is_called and not judged.is_implausible and not waited.is_appointment and judged.chain_minutes >= 0
),
-- One ticket for each hour of a day in which a window called somebody: windows at work are then counted by adding up.
window_hour as (
    select source_id, ticket_id, called_hour
    from called
    qualify row_number() over (partition by issued_on, site_id, window_point_id, called_hour order by issued_at, ticket_id, source_id) = 1
),
-- The next ticket of the same person at the same site; the next ticket of a transfer is no repetition.
repeated as (
    select
        source_id,
        ticket_id,
        lead(issued_at) over (partition by person_key, site_id order by issued_at, ticket_id, source_id) as next_issued_at,
        lead(first_ticket_id) over (partition by person_key, site_id order by issued_at, ticket_id, source_id) as next_first_ticket_id,
        issued_at,
        first_ticket_id
    from leg
    where person_key is not null
),
repeat as (
    select source_id, ticket_id
    from repeated
    where epoch_us(next_issued_at) - epoch_us(issued_at) <= 600000000 and next_first_ticket_id <> first_ticket_id
)
select
    waited.ticket_id,
    waited.source_id,
    waited.case_id,
    waited.item_id,
    waited.site_id,
    waited.queue_code,
    waited.window_point_id,
    site.province_code,
    site.city_code,
    site.district_code,
    site.town_code,
    site.division_code,
    waited.issued_at,
    waited.issued_on,
    waited.issued_hour,
    waited.is_appointment,
    waited.status,
    waited.is_chain_head,
    repeat.ticket_id is not null as is_repeat,
    judged.is_implausible,
    judged.is_called,
    waited.status in ('left', 'no_show', 'expired') as is_abandoned,
    judged.is_chain_abandoned,
    case when not judged.is_implausible then judged.chain_minutes end as wait_minutes,
    case when waited.service_ended_at >= waited.service_started_at
         then (epoch_us(waited.service_ended_at) - epoch_us(waited.service_started_at)) / 60000000.0 end as service_minutes,
    window_hour.called_hour as window_hour
from waited
join judged on judged.source_id = waited.source_id and judged.ticket_id = waited.ticket_id
left join window_hour on window_hour.source_id = waited.source_id and window_hour.ticket_id = waited.ticket_id
left join repeat on repeat.source_id = waited.source_id and repeat.ticket_id = waited.ticket_id
left join dim_site as site on site.site_id = waited.site_id
