-- One queue ticket. Waits run from issue (appointments: from the later of slot and check-in) to the first call, and are summed over a chain of transfers.
-- Tickets of one day have to do with one another, of two days never: the mart is built by day. A ticket whose predecessor is not known (yet) or of
-- another day is a first ticket; tickets that point at one another in a circle each stand alone.
with recursive transfer as (
    select ticket.source_id, ticket.ticket_id, before.ticket_id as prev_ticket_id
    from core_queue_ticket as ticket
    join core_queue_ticket as before
        on before.source_id = ticket.source_id and before.ticket_id = ticket.prev_ticket_id and before.issued_on = ticket.issued_on
    where ticket.prev_ticket_id is not null and ticket.prev_ticket_id <> ticket.ticket_id
),
follower as (
    select transfer.source_id, transfer.ticket_id, transfer.prev_ticket_id as first_ticket_id
    from transfer
    anti join transfer as earlier on earlier.source_id = transfer.source_id and earlier.ticket_id = transfer.prev_ticket_id
    union all
    select transfer.source_id, transfer.ticket_id, follower.first_ticket_id
    from follower
    join transfer on transfer.source_id = follower.source_id and transfer.prev_ticket_id = follower.ticket_id
),
booking as (
    select appointment_id, min(slot_start_at) as slot_start_at
    from core_appointment as appointment
    where appointment_id in (select appointment_id from core_queue_ticket as booked where slot_start_at is null)
    group by appointment_id
),
leg as (
    select
        ticket.* replace (coalesce(alias.canonical_case_id, ticket.case_id) as case_id),
        coalesce(follower.first_ticket_id, ticket.ticket_id) as first_ticket_id,
        follower.first_ticket_id is null as is_chain_head,
        coalesce(ticket.slot_start_at, booking.slot_start_at) as slot_at,
        ticket.appointment_id is not null or ticket.slot_start_at is not null as is_appointment
    from core_queue_ticket as ticket
    left join int_link_alias as alias on alias.case_id = ticket.case_id
    left join follower on follower.source_id = ticket.source_id and follower.ticket_id = ticket.ticket_id
    left join booking on booking.appointment_id = ticket.appointment_id
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
-- Chains of more than one ticket.
chain as (
    select
        waited.source_id,
        waited.first_ticket_id,
        sum(leg_minutes) as minutes,
        min(leg_minutes) as shortest,
        bool_and(leg_minutes is not null or status = 'transferred') as is_complete,
        arg_max(status, {'at': issued_at, 'is_later': not is_chain_head, 'ticket_id': ticket_id}) as last_status
    from waited
    semi join follower on follower.source_id = waited.source_id and follower.first_ticket_id = waited.first_ticket_id
    group by waited.source_id, waited.first_ticket_id
),
ended as (
    select
        waited.*,
        coalesce(chain.last_status, waited.status) as last_status,
        case when chain.first_ticket_id is null then waited.leg_minutes else chain.minutes end as minutes,
        case when chain.first_ticket_id is null then waited.leg_minutes else chain.shortest end as shortest,
        coalesce(chain.is_complete, waited.leg_minutes is not null or waited.status = 'transferred') as is_complete
    from waited
    left join chain on chain.source_id = waited.source_id and chain.first_ticket_id = waited.ticket_id
),
judged as (
    select
        ended.*,
        is_chain_head and last_status in ('served', 'serving') as is_called,
        is_chain_head and last_status in ('left', 'no_show', 'expired') as is_chain_abandoned,
        case when is_chain_head and is_complete and last_status <> 'transferred' then minutes end as chain_minutes,
        is_chain_head and coalesce(shortest < 0 or minutes > 480, false) as is_implausible
    from ended
),
-- One ticket for each hour of a day in which a window called somebody: windows at work are then counted by adding up.
called as (
    select
        source_id,
        ticket_id,
        issued_on,
        site_id,
        window_point_id,
        issued_at,
        extract(hour from issued_at + to_microseconds((chain_minutes * 60000000)::bigint))::bigint as called_hour
    from judged
    where window_point_id is not null and is_called and not is_implausible and not is_appointment and chain_minutes >= 0
),
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
        lead(issued_at) over (partition by issued_on, person_key, site_id order by issued_at, ticket_id, source_id) as next_issued_at,
        lead(first_ticket_id) over (partition by issued_on, person_key, site_id order by issued_at, ticket_id, source_id) as next_first_ticket_id,
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
    judged.ticket_id,
    judged.source_id,
    judged.case_id,
    judged.item_id,
    judged.site_id,
    judged.queue_code,
    judged.window_point_id,
    site.province_code,
    site.city_code,
    site.district_code,
    site.town_code,
    site.division_code,
    judged.issued_at,
    judged.issued_on,
    judged.issued_hour,
    judged.is_appointment,
    judged.status,
    judged.is_chain_head,
    repeat.ticket_id is not null as is_repeat,
    judged.is_implausible,
    judged.is_called,
    judged.status in ('left', 'no_show', 'expired') as is_abandoned,
    judged.is_chain_abandoned,
    case when not judged.is_implausible then judged.chain_minutes end as wait_minutes,
    case when judged.service_ended_at >= judged.service_started_at
         then (epoch_us(judged.service_ended_at) - epoch_us(judged.service_started_at)) / 60000000.0 end as service_minutes,
    window_hour.called_hour as window_hour
from judged
left join window_hour on window_hour.source_id = judged.source_id and window_hour.ticket_id = judged.ticket_id
left join repeat on repeat.source_id = judged.source_id and repeat.ticket_id = judged.ticket_id
left join dim_site as site on site.site_id = judged.site_id
