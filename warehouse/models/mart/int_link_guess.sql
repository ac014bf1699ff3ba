-- One pair of cases that are probably one matter: the same applicant and item, applied for at most three days apart, in two source systems.
-- Score: 0.50, and 0.25 the same day, 0.15 one day apart, 0.05 two days apart; 0.10 the same department, -0.20 another one; 0.10 another channel;
-- 0.10 exactly one of them has ended; -0.15 both have, -0.50 with different outcomes; -0.15 for every further candidate of either.
-- Kept from 0.75 on, if each is the other's best. Within one source its own case number is the authority: nothing there is merged by guess.
with near as (
    select
        one.case_id,
        other.case_id as other_id,
        one.source_id,
        other.source_id as other_source_id,
        abs(date_diff('day', one.application_on, other.application_on)) as days_apart,
        one.dept_id = other.dept_id as is_same_department,
        one.channel <> other.channel as is_other_channel,
        one.has_ended and other.has_ended as have_both_ended,
        one.has_ended <> other.has_ended as has_one_ended,
        coalesce(one.outcome <> other.outcome, false) as is_contradiction
    from int_link_case as one
    join int_link_case as other on other.person_key = one.person_key and other.item_id = one.item_id
    where one.case_id < other.case_id
        and abs(date_diff('day', one.application_on, other.application_on)) <= 3
        and not list_has_any(one.source_ids, other.source_ids)
        and not coalesce(one.bundle_id <> other.bundle_id, false)
),
crowded as (
    select
        near.*,
        count(*) over (partition by case_id, other_source_id) - 1 + count(*) over (partition by other_id, source_id) - 1 as rivals
    from near
),
scored as (
    select
        crowded.*,
        round(
            0.5
            + case days_apart when 0 then 0.25 when 1 then 0.15 when 2 then 0.05 else 0 end
            + case when is_same_department then 0.1 when not is_same_department then -0.2 else 0 end
            + case when is_other_channel then 0.1 else 0 end
            + case when has_one_ended then 0.1 when have_both_ended and is_contradiction then -0.5 when have_both_ended then -0.15 else 0 end
            - 0.15 * rivals,
            2
        ) as score
    from crowded
),
ranked as (
    select
        scored.*,
        row_number() over (partition by case_id, other_source_id order by score desc, days_apart, other_id) as of_one,
        row_number() over (partition by other_id, source_id order by score desc, days_apart, case_id) as of_other
    from scored
    where score >= 0.75
)
select case_id, other_id, 'same_applicant' as method, cast(least(score, 1) as double) as score
from ranked
where of_one = 1 and of_other = 1
