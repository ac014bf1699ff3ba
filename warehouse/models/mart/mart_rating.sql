-- One rating of a case that is not void (or of no known case), with the case's item, department and division, else the item's own.
with rating as (
    select
        rating.source_id, rating.rating_id, coalesce(alias.canonical_case_id, rating.case_id) as case_id, rating.item_id, rating.channel, rating.grade, rating.rated_at, rating.rated_on,
        coalesce(rating.validity, 'valid') = 'valid' as is_valid,
        not coalesce(rating.is_default, false) as is_active,
        coalesce(rating.rating_no, 0) as ordinal,
        -- One rater of one case is one opinion; without either, every rating is its own.
        case
            when rating.case_id is null or rating.rater_key is null then rating.source_id || ' ' || rating.rating_id
            else rating.rater_key
        end as opinion
    from core_rating as rating
    left join int_link_alias as alias on alias.case_id = rating.case_id
),
ranked as (
    select
        rating.*,
        row_number() over (partition by case_id, opinion, is_valid order by rated_at desc, ordinal desc, rating_id desc, source_id desc) as from_last,
        row_number() over (partition by case_id, opinion, is_valid order by rated_at, ordinal, rating_id, source_id) as from_first
    from rating
),
related as (
    select
        ranked.*,
        subject.item_id as case_item_id,
        subject.item_version as case_item_version,
        subject.dept_id as case_dept_id,
        subject.division_code as case_division_code,
        case when subject.item_id is null then ranked.item_id end as own_item_id
    from ranked
    left join int_case_subject as subject on subject.case_id = ranked.case_id
    where not coalesce(subject.is_void, false)
),
placed as (
    select
        related.*,
        coalesce(related.case_item_id, related.item_id) as known_item_id,
        coalesce(related.case_item_version, version.version) as known_version,
        coalesce(related.case_dept_id, version.dept_id) as dept_id,
        coalesce(related.case_division_code, version.division_code) as division_code
    from related
    left join int_item_span as version
        on version.item_id = related.own_item_id and related.rated_on >= version.from_on and related.rated_on < version.until_on
)
select
    placed.rating_id,
    placed.source_id,
    placed.case_id,
    placed.known_item_id as item_id,
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
    placed.channel,
    coalesce(channel.channel_group, 'other') as channel_group,
    placed.grade,
    placed.rated_at,
    placed.rated_on,
    placed.is_valid,
    placed.is_active,
    placed.is_valid and placed.from_last = 1 as is_latest,
    placed.is_valid and placed.from_first = 1 as is_first
from placed
left join mart_item as item on item.item_id = placed.known_item_id and item.version = placed.known_version
left join dim_department as department on department.dept_id = placed.dept_id
left join dim_division as division on division.division_code = placed.division_code
left join ref_channel as channel on channel.channel = placed.channel
