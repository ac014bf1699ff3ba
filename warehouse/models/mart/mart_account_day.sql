-- One account on one day on which it was used: a session in its name, or an application of a registered account's holder by whatever channel.
-- The personal key stays behind; account_no tells accounts apart within one release only.
with account as (
    select account_key, min(division_code) as division_code
    from core_account
    group by account_key
),
applicant as (
    select distinct event.applicant_key as account_key, coalesce(alias.canonical_case_id, event.case_id) as case_id
    from core_case_event as event
    left join int_link_alias as alias on alias.case_id = event.case_id
    where event.applicant_key is not null and event.applicant_key in (select account_key from account)
),
used as (
    select session.account_key, session.started_on as active_on
    from core_session as session
    where session.account_key is not null
    union
    select applicant.account_key, mine.application_on
    from applicant
    join mart_case as mine on mine.case_id = applicant.case_id
    where not mine.is_void
)
select
    dense_rank() over (order by used.account_key) as account_no,
    used.active_on,
    account.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code
from used
left join account on account.account_key = used.account_key
left join dim_division as division on division.division_code = account.division_code
