-- One case decided or completed within the service session of one of its tickets. Instants known to the day only never match a session.
select distinct ticket.case_id
from core_queue_ticket as ticket
join int_case_moment as moment on moment.case_id = ticket.case_id
where (moment.decided_exact_at >= ticket.service_started_at and moment.decided_exact_at <= ticket.service_ended_at)
    or (moment.completed_exact_at >= ticket.service_started_at and moment.completed_exact_at <= ticket.service_ended_at)
