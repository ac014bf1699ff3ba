-- One session: a contact by web, app, WeChat, terminal or hotline. Sessions of one account about one item make a journey as long as no more than seven
-- days lie between two starts; a journey counts once, at its first start, and has thirty days to reach an outcome. Personal keys stay behind.
with account as (
    select account.account_key, min(account.division_code) as division_code
    from core_account as account
    semi join core_session as used on used.account_key = account.account_key
    group by account.account_key
),
timed as (
    select
        session.* replace (coalesce(alias.canonical_case_id, session.case_id) as case_id),
        (md5_number_lower('visitor ' || coalesce(session.account_key, session.source_id || ' ' || session.session_id)) >> 1)::bigint as visitor_no,
        coalesce(channel.channel_group, 'other') as channel_group,
        coalesce(session.reached in ('start', 'submit', 'outcome'), false) as is_start,
        coalesce(session.reached = 'outcome', false) as is_outcome,
        case when session.ended_at >= session.started_at then (epoch_us(session.ended_at) - epoch_us(session.started_at)) / 1000000.0 end as seconds
    from core_session as session
    left join int_link_alias as alias on alias.case_id = session.case_id
    left join ref_channel as channel on channel.channel = session.channel
),
-- Applications by oneself: online or at a terminal. Without account or item a session is a journey of its own.
begun as (
    select
        timed.*,
        case when account_key is null or item_id is null then source_id || ' ' || session_id else account_key || ' ' || item_id end as thread
    from timed
    where is_start and channel_group in ('online', 'self_service')
),
spaced as (
    select begun.*, lag(started_at) over (partition by thread order by started_at, session_id, source_id) as before_at
    from begun
),
numbered as (
    select
        spaced.*,
        count(*) filter (where before_at is null or epoch_us(started_at) - epoch_us(before_at) > 604800000000)
            over (partition by thread order by started_at, session_id, source_id rows unbounded preceding) as journey
    from spaced
),
followed as (
    select
        numbered.*,
        min(started_on) over (partition by thread, journey) as began_on,
        row_number() over (partition by thread, journey order by started_at, session_id, source_id) = 1 as is_first
    from numbered
),
completed as (
    select
        followed.*,
        bool_or(is_outcome and started_on <= began_on + 30) over (partition by thread, journey) as is_completed
    from followed
),
journey as (
    select completed.source_id, completed.session_id, completed.is_completed, coalesce(completed.began_on + 30 <= as_of.as_of_on, false) as is_followed_up
    from completed
    cross join build_as_of as as_of
    where is_first
),
placed as (
    select
        timed.*,
        point.site_id,
        version.version,
        version.dept_id,
        coalesce(point.division_code, version.division_code, account.division_code) as division_code
    from timed
    left join int_point as point on point.point_id = timed.point_id
    left join int_item_span as version
        on version.item_id = timed.item_id and timed.started_on >= version.from_on and timed.started_on < version.until_on
    left join account on account.account_key = timed.account_key
)
select
    placed.session_id,
    placed.source_id,
    placed.visitor_no,
    placed.case_id,
    placed.item_id,
    item.item_type,
    item.audience,
    item.theme,
    item.case_type,
    placed.dept_id,
    department.function_code,
    placed.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    placed.point_id,
    placed.site_id,
    placed.channel,
    placed.channel_group,
    placed.started_at,
    placed.started_on,
    placed.seconds,
    placed.hits,
    placed.reached,
    placed.is_start,
    placed.is_outcome,
    placed.channel = 'terminal' and placed.is_start and coalesce(placed.seconds >= 3, true) as is_terminal_use,
    case
        when placed.purpose in ('information', 'chase_progress', 'repeat', 'transact', 'complain') then placed.purpose
        when placed.purpose is not null then 'other'
    end as purpose,
    placed.channel = 'hotline' or placed.purpose is not null as is_contact,
    coalesce(placed.purpose in ('chase_progress', 'repeat'), false) as is_failure_demand,
    journey.session_id is not null as is_journey_start,
    coalesce(journey.is_completed, false) as is_journey_completed,
    coalesce(journey.is_followed_up, false) as is_followed_up
from placed
left join mart_item as item on item.item_id = placed.item_id and item.version = placed.version
left join dim_department as department on department.dept_id = placed.dept_id
left join dim_division as division on division.division_code = placed.division_code
left join journey on journey.source_id = placed.source_id and journey.session_id = placed.session_id
