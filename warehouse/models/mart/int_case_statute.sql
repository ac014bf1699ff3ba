-- One case with a legal limit: its legal due date (limit and approved extension, after pauses), by the rules of the promised one, and whether it counts.
-- A natural-day limit runs by the calendar; an extension lengthens it by working days all the same, counted as seven natural days for five.
with limited as (
    select
        subject.case_id,
        subject.calendar_id,
        subject.accepted_on,
        subject.is_void,
        subject.is_completed,
        subject.clock_end_on,
        clock.start_no,
        clock.observed_until_on,
        clock.open_since_on,
        clock.worked_before_open_no,
        clock.open_working_days,
        clock.open_days,
        case when subject.legal_unit is distinct from 'natural_day' then
            clock.start_no + clock.closed_working_days + coalesce(extension.extension_working_days, 0)
            + cast(ceil(case when subject.legal_unit = 'hour' then subject.legal_limit / 8 else subject.legal_limit end) as bigint)
        end as limit_no,
        case when subject.legal_unit = 'natural_day' then
            subject.accepted_on
            + cast(ceil(subject.legal_limit) + clock.closed_days + ceil(coalesce(extension.extension_working_days, 0) * 7 / 5) as integer)
        end as limit_on
    from int_case_subject as subject
    join int_case_clock as clock on clock.case_id = subject.case_id
    left join int_case_extension as extension on extension.case_id = subject.case_id
    where subject.legal_limit is not null
),
judged as (
    select
        limited.*,
        open_since_on is not null
            and coalesce(open_since_on <= accepted_on or worked_before_open_no < limit_no or open_since_on <= limit_on, false) as is_paused_in_time
    from limited
),
dated as (
    select
        judged.*,
        greatest(
            case
                when judged.limit_on is not null and judged.is_paused_in_time then judged.limit_on + cast(judged.open_days as integer)
                when judged.limit_on is not null then judged.limit_on
                else due_day.day
            end,
            judged.accepted_on
        ) as due_on
    from judged
    left join ref_working_day as due_day
        on due_day.calendar_id = judged.calendar_id and due_day.is_working
        and due_day.working_day_no = case when judged.is_paused_in_time then judged.limit_no + judged.open_working_days else judged.limit_no end
)
select
    dated.case_id,
    dated.due_on as statutory_due_on,
    coalesce(
        dated.due_on <= as_of.as_of_on and not dated.is_void and not dated.is_paused_in_time
        and (dated.clock_end_on is null or dated.clock_end_on >= dated.accepted_on)
        and not (dated.is_completed and dated.clock_end_on is null and dated.observed_until_on <= dated.due_on),
        false
    ) as is_statutory_due,
    coalesce(dated.clock_end_on <= dated.due_on, false) as is_decided_by_statute
from dated
cross join build_as_of as as_of
