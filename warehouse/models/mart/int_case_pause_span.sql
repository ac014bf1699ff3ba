-- One stretch of a pause of one case: what each closed pause adds to those that began before it, so that stretches never overlap.
-- A request for supplements ends at the next supplement_received; a clock_stop at the next special_ended of that kind; either at the end of the clock.
with pause_event as (
    select
        coalesce(alias.canonical_case_id, event.case_id) as case_id,
        event.occurred_at,
        event.occurred_on,
        event.event_id,
        kind.ordinal,
        event.event_type in ('supplement_requested', 'supplement_received') as is_supplement,
        event.event_type in ('supplement_requested', 'special_started') as is_start
    from core_case_event as event
    join ref_event_type as kind on kind.event_type = event.event_type
    left join int_link_alias as alias on alias.case_id = event.case_id
    where event.event_type in ('supplement_requested', 'supplement_received')
        or (event.event_type in ('special_started', 'special_ended') and event.special_kind = 'clock_stop')
),
paired as (
    select
        case_id,
        is_start,
        occurred_on as starts_on,
        min(case when not is_start then occurred_on end) over (
            partition by case_id, is_supplement order by occurred_at, ordinal, event_id rows between 1 following and unbounded following
        ) as stops_on
    from pause_event
),
clipped as (
    select
        paired.case_id,
        subject.calendar_id,
        paired.stops_on is null and not subject.is_completed as is_open,
        greatest(paired.starts_on, subject.accepted_on) as starts_on,
        least(
            coalesce(paired.stops_on, subject.ended_on, as_of.as_of_on), coalesce(subject.ended_on, as_of.as_of_on)
        ) as stops_on
    from paired
    join int_case_subject as subject on subject.case_id = paired.case_id
    cross join build_as_of as as_of
    where paired.is_start and coalesce(subject.ended_on, as_of.as_of_on) is not null
),
-- From the first open request on, everything is paused: closed pauses count up to there.
bounded as (
    select
        case_id,
        calendar_id,
        is_open,
        starts_on,
        min(case when is_open and starts_on <= stops_on then starts_on end) over (partition by case_id) as open_since_on,
        least(stops_on, coalesce(min(case when is_open and starts_on <= stops_on then starts_on end) over (partition by case_id), stops_on)) as stops_on
    from clipped
),
-- What each closed pause adds to those that began before it.
added as (
    select
        case_id,
        calendar_id,
        open_since_on,
        greatest(
            starts_on,
            coalesce(
                max(case when not is_open then stops_on end) over (
                    partition by case_id order by starts_on, stops_on rows between unbounded preceding and 1 preceding
                ),
                starts_on
            )
        ) as from_on,
        case when is_open then starts_on else stops_on end as to_on
    from bounded
)
select case_id, calendar_id, open_since_on, from_on, to_on from added
