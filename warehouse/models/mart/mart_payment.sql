-- One payment that does not belong to a void case. Paid is what was paid and has stayed paid.
with payment as (
    select given.* replace (coalesce(alias.canonical_case_id, given.case_id) as case_id)
    from core_payment as given
    left join int_link_alias as alias on alias.case_id = given.case_id
),
related as (
    select
        payment.*,
        coalesce(payment.paid_on, payment.requested_on) as moved_on,
        subject.item_id as case_item_id,
        subject.item_version as case_item_version,
        subject.dept_id as case_dept_id,
        subject.division_code as case_division_code,
        case when subject.item_id is null then payment.item_id end as own_item_id
    from payment
    left join int_case_subject as subject on subject.case_id = payment.case_id
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
        on version.item_id = related.own_item_id and related.moved_on >= version.from_on and related.moved_on < version.until_on
)
select
    placed.payment_id,
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
    case when placed.method in ('wechat', 'alipay', 'unionpay', 'cash', 'card') then placed.method else 'other' end as method,
    placed.status,
    placed.amount,
    placed.paid_on,
    placed.status = 'paid' as is_paid,
    coalesce(channel.is_online, false) as is_online
from placed
left join mart_item as item on item.item_id = placed.known_item_id and item.version = placed.known_version
left join dim_department as department on department.dept_id = placed.dept_id
left join dim_division as division on division.division_code = placed.division_code
left join ref_channel as channel on channel.channel = placed.channel
