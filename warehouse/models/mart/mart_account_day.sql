-- One account on one day on which it was used: a session in its name, or an application of a registered account's holder by whatever channel.
-- The personal key stays behind; account_no tells accounts apart within one release only.
with account as (
    select account_key, min(division_code) as division_code
    from core_account
    group by account_key
),
used as (
    select session.account_key, session.started_on as active_on
    from core_session as session
    where session.account_key is not null
    union
    select applicant.applicant_key, mine.application_on
    from int_case_applicant as applicant
    semi join account on account.account_key = applicant.applicant_key
    join mart_case as mine on mine.case_id = applicant.case_id
    where not mine.is_void
),
-- Who was active first has the lowest number: a day more adds numbers and changes none.
person as (
    select account_key, row_number() over (order by min(active_on), account_key) as account_no
    from used
    group by account_key
)
select
    person.account_no,
    used.active_on,
    account.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code
from used
join person on person.account_key = used.account_key
left join account on account.account_key = used.account_key
left join dim_division as division on division.division_code = account.division_code
