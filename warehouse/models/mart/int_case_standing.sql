-- One case: how it stands as of the release, and when a case still open reaches 6, 21 and 46 working days of age, counted from its application.
-- Deemed acceptance (domain reference 1.2): received, and not answered (accepted, refused, asked for supplements) within five working days. It never moves the clock.
with counted as (
    select
        subject.case_id,
        subject.calendar_id,
        subject.is_completed,
        subject.is_void,
        subject.last_event_on,
        as_of.as_of_on,
        clock.open_since_on,
        coalesce(milestone.received_on, subject.application_on) as receipt_on,
        applied.working_day_no as applied_no,
        today.working_day_no as today_no,
        coalesce(answered.working_day_no, today.working_day_no) - receipt.working_day_no as answer_working_days
    from int_case_subject as subject
    join int_case_milestone as milestone on milestone.case_id = subject.case_id
    join int_case_clock as clock on clock.case_id = subject.case_id
    cross join build_as_of as as_of
    left join ref_working_day as applied on applied.calendar_id = subject.calendar_id and applied.day = subject.application_on
    left join ref_working_day as receipt
        on receipt.calendar_id = subject.calendar_id and receipt.day = coalesce(milestone.received_on, subject.application_on)
    left join ref_working_day as answered on answered.calendar_id = subject.calendar_id and answered.day = milestone.first_answer_on
    left join ref_working_day as today on today.calendar_id = subject.calendar_id and today.day = as_of.as_of_on
)
select
    counted.case_id,
    case when not is_completed then greatest(today_no - applied_no, 0) end as open_working_days,
    not is_completed and open_since_on is not null as is_open_paused,
    case when not is_completed then open_since_on end as open_pause_since_on,
    not is_completed and last_event_on < as_of_on - 180 as is_zombie,
    case when not is_completed then last_event_on + 181 end as zombie_since_on,
    case when answer_working_days > 5 then receipt_on end as deemed_accepted_on,
    aged6.day as aged_6_on,
    aged21.day as aged_21_on,
    aged46.day as aged_46_on
from counted
left join ref_working_day as aged6 on aged6.calendar_id = counted.calendar_id and aged6.is_working and aged6.working_day_no = applied_no + 6
left join ref_working_day as aged21 on aged21.calendar_id = counted.calendar_id and aged21.is_working and aged21.working_day_no = applied_no + 21
left join ref_working_day as aged46 on aged46.calendar_id = counted.calendar_id and aged46.is_working and aged46.working_day_no = applied_no + 46
