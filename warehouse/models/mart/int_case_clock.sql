-- One case: its administrative clock in working days, its promised due date, and its way from application to result.
with observed as (
    select subject.*, coalesce(subject.ended_on, as_of.as_of_on) as observed_until_on
    from int_case_subject as subject
    cross join build_as_of as as_of
),
counted as (
    select
        subject.*,
        start_day.working_day_no as start_no,
        start_day.is_published as is_start_published,
        until_day.working_day_no as until_no,
        until_day.is_published as is_until_published,
        pause.open_since_on,
        open_day.working_day_no as open_no,
        open_day.working_day_no - cast(open_day.is_working as bigint) as worked_before_open_no,
        coalesce(pause.closed_working_days, 0) as closed_working_days,
        coalesce(pause.closed_days, 0) as closed_days,
        subject.promised_unit = 'natural_day' as is_natural_limit,
        case when subject.promised_unit = 'hour' then ceil(subject.promised_limit / 8) else ceil(subject.promised_limit) end as limit_days
    from observed as subject
    left join int_case_pause as pause on pause.case_id = subject.case_id
    left join ref_working_day as start_day on start_day.calendar_id = subject.calendar_id and start_day.day = subject.accepted_on
    left join ref_working_day as until_day on until_day.calendar_id = subject.calendar_id and until_day.day = subject.observed_until_on
    left join ref_working_day as open_day on open_day.calendar_id = subject.calendar_id and open_day.day = pause.open_since_on
),
-- Where the clock would stand at its limit, but for a pause that is still open.
limited as (
    select
        counted.*,
        case when open_since_on is null then 0 else until_no - open_no end as open_working_days,
        case when open_since_on is null then 0 else date_diff('day', open_since_on, observed_until_on) end as open_days,
        case when not coalesce(is_natural_limit, false) then start_no + cast(limit_days as bigint) + closed_working_days end as limit_no,
        case when is_natural_limit then accepted_on + cast(limit_days + closed_days as integer) end as limit_on
    from counted
),
-- An open pause that began after the limit had run out changes nothing: the case is late.
judged as (
    select
        limited.*,
        limit_days is not null and open_since_on is not null
            and coalesce(open_since_on <= accepted_on or worked_before_open_no < limit_no or open_since_on <= limit_on, false) as is_paused_in_time
    from limited
),
due as (
    select
        judged.*,
        case when is_paused_in_time then limit_no + open_working_days else limit_no end as due_no,
        case when is_paused_in_time then limit_on + cast(open_days as integer) else limit_on end as natural_due_on
    from judged
),
dated as (
    select
        due.*,
        due_day.is_published as is_due_published,
        case
            when due.limit_days is null then cast(deadline.due_on as date)
            when due.natural_due_on is not null then greatest(due.natural_due_on, due.accepted_on)
            when due_day.day is not null then greatest(due_day.day, due.accepted_on)
        end as due_on
    from due
    left join ref_working_day as due_day
        on due_day.calendar_id = due.calendar_id and due_day.working_day_no = due.due_no and due_day.is_working
    left join (
        select limit_set.case_id, min(limit_set.due_on) as due_on
        from core_case_deadline as limit_set
        where limit_set.kind = 'promised'
        group by limit_set.case_id
    ) as deadline on deadline.case_id = due.case_id
),
netted as (
    select
        dated.*,
        case when observed_until_on >= accepted_on then until_no - start_no - closed_working_days - open_working_days end as net_working_days,
        closed_working_days + open_working_days as paused_working_days
    from dated
)
select
    netted.case_id,
    cast(paused_working_days as bigint) as paused_working_days,
    cast(case when clock_end_on is not null then net_working_days end as bigint) as handling_working_days,
    cast(net_working_days as bigint) as survival_working_days,
    coalesce(clock_end_on is not null and net_working_days is not null, false) as is_handling_event,
    due_on,
    is_paused_in_time as has_open_pause_at_due,
    coalesce(
        due_on <= as_of.as_of_on and not is_void and not is_paused_in_time
        and (clock_end_on is null or clock_end_on >= accepted_on)
        and not (is_completed and clock_end_on is null and observed_until_on <= due_on),
        false
    ) as is_promise_countable,
    coalesce(clock_end_on <= due_on, false) as is_decided_by_due,
    not coalesce(is_start_published and coalesce(is_until_published, true) and coalesce(is_due_published, true), false)
        as is_calendar_provisional,
    start_no,
    observed_until_on,
    open_since_on,
    worked_before_open_no,
    closed_working_days,
    closed_days,
    open_working_days,
    open_days
from netted
cross join build_as_of as as_of
