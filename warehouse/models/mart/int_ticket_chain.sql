-- One ticket of a chain of transfers, with the chain's first ticket. Chains are followed by doubling: five steps reach 32 transfers back.
-- A ticket whose predecessor is not known (yet) is a first ticket; tickets that point at one another in a circle each stand alone.
with link as (
    select ticket.source_id, ticket.ticket_id, before.ticket_id as back
    from core_queue_ticket as ticket
    join core_queue_ticket as before on before.source_id = ticket.source_id and before.ticket_id = ticket.prev_ticket_id
    where ticket.prev_ticket_id is not null and ticket.prev_ticket_id <> ticket.ticket_id
),
back2 as (
    select link.source_id, link.ticket_id, coalesce(earlier.back, link.back) as back
    from link left join link as earlier on earlier.source_id = link.source_id and earlier.ticket_id = link.back
),
back4 as (
    select link.source_id, link.ticket_id, coalesce(earlier.back, link.back) as back
    from back2 as link left join back2 as earlier on earlier.source_id = link.source_id and earlier.ticket_id = link.back
),
back8 as (
    select link.source_id, link.ticket_id, coalesce(earlier.back, link.back) as back
    from back4 as link left join back4 as earlier on earlier.source_id = link.source_id and earlier.ticket_id = link.back
),
back16 as (
    select link.source_id, link.ticket_id, coalesce(earlier.back, link.back) as back
    from back8 as link left join back8 as earlier on earlier.source_id = link.source_id and earlier.ticket_id = link.back
),
back32 as (
    select link.source_id, link.ticket_id, coalesce(earlier.back, link.back) as back
    from back16 as link left join back16 as earlier on earlier.source_id = link.source_id and earlier.ticket_id = link.back
)
select back32.source_id, back32.ticket_id, back32.back as first_ticket_id
from back32
left join link as before_first on before_first.source_id = back32.source_id and before_first.ticket_id = back32.back
where before_first.ticket_id is null
