-- One case whose administrative clock was ever stopped: the union of its closed pauses, and the day since which it is paused now.
select
    added.case_id,
    min(added.open_since_on) as open_since_on,
    coalesce(sum(until_day.working_day_no - from_day.working_day_no) filter (where added.to_on > added.from_on), 0) as closed_working_days,
    coalesce(sum(date_diff('day', added.from_on, added.to_on)) filter (where added.to_on > added.from_on), 0) as closed_days
from int_case_pause_span as added
left join ref_working_day as from_day on from_day.calendar_id = added.calendar_id and from_day.day = added.from_on
left join ref_working_day as until_day on until_day.calendar_id = added.calendar_id and until_day.day = added.to_on
group by added.case_id
