-- One item in one month at the end of which it is in force: its declared level, what its online cases of the last twelve months say of every level, and the
-- verdict. A level is supported where the Wilson 95 % lower bound of the share of cases with few enough visits reaches 0.80 (stated once, in `bar`),
-- contradicted where the upper bound stays below it. Cases are counted by month first, so that a window is a sum of twelve numbers.
with bar as (
    select 0.80 as wanted_share, 1.959963984540054 as z, 90 as grace_days, 10 as fewest_cases
),
online_case as (
    select item_id, application_on, date_trunc('month', completed_on)::date as month, coalesce(visits, 0) as visits
    from mart_case
    where is_completed and is_applied_online and not is_void and item_id is not null and completed_on is not null
),
month as (
    select
        unnest(generate_series(
            date_trunc('month', coalesce((select min(completed_on) from mart_case where is_completed), as_of_on)), date_trunc('month', as_of_on), interval 1 month
        ))::date as month,
        as_of_on
    from build_as_of
    where as_of_on is not null
),
counted as (
    select
        item_id, month, count(*) as n,
        count(*) filter (where visits <= 2) as k2, count(*) filter (where visits <= 1) as k3, count(*) filter (where visits = 0) as k4
    from online_case
    group by item_id, month
),
windowed as (
    select
        item.item_id, month.month, month.as_of_on,
        coalesce(sum(counted.n) over twelve_months, 0) as n,
        coalesce(sum(counted.k2) over twelve_months, 0) as k2,
        coalesce(sum(counted.k3) over twelve_months, 0) as k3,
        coalesce(sum(counted.k4) over twelve_months, 0) as k4
    from (select distinct item_id from int_item_in_force) as item
    cross join month
    left join counted on counted.item_id = item.item_id and counted.month = month.month
    window twelve_months as (partition by item.item_id order by month.month rows between 11 preceding and current row)
),
-- The declared level of each version, and the day on which it last rose without having fallen since.
declared as (
    select item.*, coalesce(item.declared_depth, item.level_gd_4) as declared_level from int_item_in_force as item
),
stepped as (
    select
        declared.*,
        declared_level - lag(declared_level ignore nulls) over (partition by item_id order by valid_from) as step
    from declared
),
risen as (
    select
        stepped.*,
        max(case when step <> 0 then valid_from end) over (
            partition by item_id order by valid_from rows between unbounded preceding and current row
        ) as stepped_on
    from stepped
),
known as (
    select
        risen.* exclude (step, stepped_on),
        case when last_step.step > 0 then risen.stepped_on end as rose_on
    from risen
    left join stepped as last_step on last_step.item_id = risen.item_id and last_step.valid_from = risen.stepped_on
),
standing as (
    select windowed.* exclude (as_of_on), least(last_day(windowed.month), windowed.as_of_on) as judged_on, known.* exclude (item_id, valid_from, valid_to)
    from windowed
    join known
        on known.item_id = windowed.item_id
        and known.valid_from <= least(last_day(windowed.month), windowed.as_of_on) and known.valid_to > least(last_day(windowed.month), windowed.as_of_on)
),
-- Cases applied for since the rise and completed in the twelve months, for items whose level rose long enough ago.
since_rise as (
    select
        standing.item_id, standing.month, count(*) as n_since,
        count(*) filter (where case standing.declared_level when 4 then visits = 0 when 3 then visits <= 1 when 2 then visits <= 2 else true end) as k_since
    from standing
    cross join bar
    join online_case
        on online_case.item_id = standing.item_id and online_case.application_on >= standing.rose_on
        and online_case.month between standing.month - interval 11 month and standing.month
    where standing.judged_on - standing.rose_on > bar.grace_days
    group by standing.item_id, standing.month
    having count(*) >= any_value(bar.fewest_cases)
),
level_count as (
    select
        standing.*, since_rise.n_since, since_rise.k_since,
        [standing.n, standing.k2, standing.k3, standing.k4] as reached
    from standing
    left join since_rise on since_rise.item_id = standing.item_id and since_rise.month = standing.month
),
bounded as (
    select
        level_count.*, bar.wanted_share,
        list_transform(reached, lambda k: case when n > 0 then
            (k + z * z / 2 - z * sqrt(k * (n - k) / n + z * z / 4)) / (n + z * z) end) as lower,
        list_transform(reached, lambda k: case when n > 0 then
            (k + z * z / 2 + z * sqrt(k * (n - k) / n + z * z / 4)) / (n + z * z) end) as upper,
        (k_since + z * z / 2 + z * sqrt(k_since * (n_since - k_since) / n_since + z * z / 4)) / (n_since + z * z) as upper_since
    from level_count
    cross join bar
),
judged as (
    select
        bounded.*,
        list_transform([1, 2, 3, 4], lambda level: case
            when n = 0 then 'untested'
            when lower[level] >= wanted_share then 'supported'
            when upper[level] < wanted_share then 'contradicted'
            else 'insufficient_evidence'
        end) as verdict_at
    from bounded
)
select
    item_id,
    month,
    cast(month + interval 1 month as date) as until_on,
    item_type,
    is_application_based,
    audience,
    theme,
    case_type,
    dept_id,
    function_code,
    division_code,
    province_code,
    city_code,
    district_code,
    town_code,
    cast(declared_level as bigint) as declared_level,
    cast(n as bigint) as n,
    cast(k2 as bigint) as k2,
    cast(k3 as bigint) as k3,
    cast(k4 as bigint) as k4,
    cast(lower as double[]) as lower_share,
    cast(upper as double[]) as upper_share,
    verdict_at[1] as verdict_1,
    verdict_at[2] as verdict_2,
    verdict_at[3] as verdict_3,
    verdict_at[4] as verdict_4,
    case when declared_level between 1 and 4 then verdict_at[declared_level] end as verdict,
    rose_on,
    coalesce(upper_since < wanted_share, false) as is_rise_unmatched
from judged
