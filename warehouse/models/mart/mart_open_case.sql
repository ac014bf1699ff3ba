-- One state of one open case and the days on which it lasts: its band of age in working days (bands follow one another and cover all its open days),
-- and, besides, being paused or without any event for more than 180 days. What the stock of a day consists of is read from here for any day.
with open_case as (
    select given.*, case when given.is_completed then greatest(given.completed_on, given.application_on) else date '9999-12-31' end as open_until_on
    from mart_case as given
    where not given.is_void and (not given.is_completed or given.completed_on > given.application_on)
),
aged as (
    select
        open_case.case_id,
        unnest([
            {'state': '0-5', 'since_on': application_on, 'until_on': aged_6_on},
            {'state': '6-20', 'since_on': aged_6_on, 'until_on': aged_21_on},
            {'state': '21-45', 'since_on': aged_21_on, 'until_on': aged_46_on},
            {'state': 'over-45', 'since_on': aged_46_on, 'until_on': date '9999-12-31'},
            {'state': 'zombie', 'since_on': zombie_since_on, 'until_on': date '9999-12-31'}
        ]) as spell
    from open_case
),
state as (
    select case_id, spell.state as state, spell.since_on as since_on, spell.until_on as until_on from aged
    union all
    select pause.case_id, 'paused' as state, pause.from_on as since_on, pause.to_on as until_on from int_case_pause_span as pause
    where pause.from_on < pause.to_on
    union all
    select pause.case_id, 'paused' as state, min(pause.open_since_on) as since_on, date '9999-12-31' as until_on from int_case_pause_span as pause
    where pause.open_since_on is not null
    group by pause.case_id
)
select
    state.case_id,
    state.state,
    state.since_on,
    least(coalesce(state.until_on, date '9999-12-31'), open_case.open_until_on) as until_on,
    open_case.item_id,
    open_case.item_type,
    open_case.audience,
    open_case.theme,
    open_case.case_type,
    open_case.dept_id,
    open_case.function_code,
    open_case.division_code,
    open_case.province_code,
    open_case.city_code,
    open_case.district_code,
    open_case.town_code,
    open_case.channel,
    open_case.channel_group
from state
join open_case on open_case.case_id = state.case_id
where state.since_on < least(coalesce(state.until_on, date '9999-12-31'), open_case.open_until_on)
