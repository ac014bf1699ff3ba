-- One case decided or completed within the service session of one of its tickets. Instants known to the day only never match a session.
with exact as (
    select moment.case_id, milestone.decided_exact_at, moment.completed_exact_at
    from int_case_moment as moment
    join int_case_milestone as milestone on milestone.case_id = moment.case_id
    where milestone.decided_exact_at is not null or moment.completed_exact_at is not null
)
select distinct exact.case_id
from core_queue_ticket as ticket
left join int_link_alias as alias on alias.case_id = ticket.case_id
join exact on exact.case_id = coalesce(alias.canonical_case_id, ticket.case_id)
where (exact.decided_exact_at >= ticket.service_started_at and exact.decided_exact_at <= ticket.service_ended_at)
    or (exact.completed_exact_at >= ticket.service_started_at and exact.completed_exact_at <= ticket.service_ended_at)
