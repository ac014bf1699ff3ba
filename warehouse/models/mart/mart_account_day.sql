-- One account on one day on which it was used: a session in its name, or an application of a registered account's holder by whatever channel.
-- The personal key, a keyed hash, stays behind; account_no is a number made of it that stands in no other table.
with account as (
    select (hash('account ' || account_key) >> 1)::bigint as account_no, min(division_code) as division_code
    from core_account
    group by account_no
),
used as (
    select (hash('account ' || session.account_key) >> 1)::bigint as account_no, session.started_on as active_on
    from core_session as session
    where session.account_key is not null
    union
    select applied.account_no, applied.application_on
    from (
        select (hash('account ' || applicant.applicant_key) >> 1)::bigint as account_no, mine.application_on
        from int_case_applicant as applicant
        join mart_case as mine on mine.case_id = applicant.case_id
        where not mine.is_void
    ) as applied
    semi join account on account.account_no = applied.account_no
)
select
    used.account_no,
    used.active_on,
    account.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code
from used
left join account on account.account_no = used.account_no
left join dim_division as division on division.division_code = account.division_code
