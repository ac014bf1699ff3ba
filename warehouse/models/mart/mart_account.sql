-- One account. An account that several platforms report is one: registered when the first says so, closed when all of them have closed it.
-- The personal key stays behind; account_no tells accounts apart within one release only.
with merged as (
    select
        account.account_key,
        min(account.kind) as kind,
        max(account.verification) filter (where account.verification not in ('basic', 'none', 'unverified', '')) as verification,
        min(account.division_code) as division_code,
        min(account.registered_on) as registered_on,
        case when bool_and(account.closed_on is not null) then max(account.closed_on) end as closed_on,
        bool_or(coalesce(account.id_check_ok, false)) as is_id_checked
    from core_account as account
    group by account.account_key
)
select
    row_number() over (order by merged.account_key) as account_no,
    merged.kind,
    merged.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    merged.registered_on,
    coalesce(merged.closed_on, date '9999-12-31') as closed_on,
    merged.kind = 'person' as is_person,
    merged.verification is not null as is_verified,
    merged.is_id_checked
from merged
left join dim_division as division on division.division_code = merged.division_code
