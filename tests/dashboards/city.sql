-- What the tiny city has beside its cases, tickets, ratings and items: a few rows of every mart, so that each page has something to show.
-- `spot` (the codes of each district), `size` (its cases a month) and `months` are made before; loosely: a bit better every month, Chancheng ahead of Gaoming.

insert into dim_site by name
select 'S2' as site_id, '高明大厅' as name_zh, 'Gaoming hall' as name_en, '440608' as division_code, '440000' as province_code, '440600' as city_code,
    '440608' as district_code, 22.9 as lat, 112.89 as lon;
update dim_site set division_code = '440604', province_code = '440000', city_code = '440600', lat = 23.02, lon = 113.12 where site_id = 'S1';
update dim_department set division_code = '440600', function_code = lower(dept_id);
update dim_division set population = case district_code when '440604' then 1200000 when '440608' then 450000 end;

insert into mart_point by name
select places.*, district_code || '-' || kind || n as point_id, date '2016-09-01' as valid_from, date '9999-12-31' as valid_to, 'live' as state,
    case when kind = 'terminal' then district_code || '-T' || n when district_code = '440604' then 'S1' else 'S2' end as site_id, kind,
    case when kind = 'window' then 'universal' end as window_mode, name_zh || n as name_zh, name_en || ' ' || n as name_en,
    kind = 'terminal' as is_open_24h, n < 4 as is_seen_30_days, 22.9 + n / 50.0 as wgs_lat, 113.0 + n / 50.0 as wgs_lon
from spot as places,
    (values ('hall', '大厅', 'Hall', 1), ('window', '窗口', 'Window', 4), ('terminal', '自助终端', 'Terminal', 4)) as kinds (kind, name_zh, name_en, number),
    range(1, 5) as numbers(n)
where n <= number;
insert into dim_site by name
select site_id, name_zh, name_en, division_code, province_code, city_code, district_code, wgs_lat as lat, wgs_lon as lon from mart_point where kind = 'terminal';

insert into mart_terminal_day by name
select places.*, point_id, day::date as day_on, site_id, case when is_seen_30_days then day(day) % 7 + right(point_id, 1)::int else 0 end as uses
from spot as places join (select * from mart_point where kind = 'terminal') using (district_code),
    generate_series(date '2018-08-01', date '2018-10-31', interval 1 day) as days(day);

insert into mart_open_case by name
select places.*, district_code || 'O' || n as case_id, state, date '2018-10-31' - n::int as since_on, date '9999-12-31' as until_on, 'I' || district_code || n as item_id,
    '01' as item_type, ['person'] as audience, 'housing' as theme, 'commitment' as case_type, 'D1' as dept_id, 'd1' as function_code, 'web' as channel, 'online' as channel_group
from spot as places, range(1, 7) as numbers(n), (values ('0-5', 1), ('6-20', 2), ('21-45', 3), ('over-45', 4), ('paused', 5), ('zombie', 6)) as states (state, rank)
where rank = n;

insert into mart_depth_evidence by name
select places.*, item_id, month::date as month, (month + interval 1 month)::date as until_on, item_type, is_application_based, audience, theme, case_type, dept_id, function_code,
    level_gd_4 as declared_level, n, n as k2, n // 2 as k3, n // 4 as k4, [0.9, 0.9, 0.3, 0.1] as lower_share, [1.0, 1.0, 0.6, 0.4] as upper_share,
    'supported' as verdict_1, 'supported' as verdict_2, verdict as verdict_3, 'contradicted' as verdict_4, verdict, date '2018-03-01' as rose_on,
    verdict = 'contradicted' as is_rise_unmatched
from spot as places join mart_item using (district_code), months,
    lateral (select nullif(item_number % 12, 0) * 3 as n, ['untested', 'insufficient_evidence', 'contradicted', 'supported'][item_number % 4 + 1] as verdict
        from (select substr(item_id, 8)::int as item_number));

insert into mart_visit by name
select places.*, case_id, site_id, site_id as place, completed_on as visited_on, ['submission', 'submission', 'original_check', 'supplement', 'pickup_by_choice'][number % 5 + 1] as cause,
    false as is_terminal, true as is_linked, item_id, item_type, audience, theme, case_type, dept_id, function_code, channel, channel_group
from spot as places join (select *, (hash(case_id) % 100)::int as number from mart_case where channel = 'window') using (district_code),
    lateral (select case district_code when '440604' then 'S1' else 'S2' end as site_id);

insert into mart_material by name
select places.*, case_id, code as material_code, 'canonical' as source_id, item_id, item_type, audience, theme, case_type, dept_id, function_code, channel, channel_group, application_on,
    code as licence_type, true as is_required, provided_by, provided_by in ('elicence', 'data_share') as is_exempted, provided_by in ('paper', 'upload') as is_submitted,
    true as was_available, 1 as copies, true as is_licence_in_stock, provided_by = 'paper' and visits > 0 as is_carried, true as is_case_held
from spot as places join (select *, (hash(case_id) % 10)::int as number from mart_case) using (district_code),
    (values ('id_card', 0), ('business', 3), ('household', 5)) as codes (code, shift),
    lateral (select ['paper', 'paper', 'upload', 'elicence', 'data_share'][(number + shift) % 5 + 1] as provided_by);
insert into mart_applicant_material by name
select * exclude (is_required, provided_by, was_available, copies, is_licence_in_stock, is_carried, is_case_held), (hash(case_id) % 200)::int as applicant_no, hash(case_id) % 3 = 0 as is_repeat_submission
from mart_material;

insert into mart_elicence by name
select places.*, code as licence_type, 'D1' as dept_id, 'd1' as function_code, month::date as since_on, (month + interval 1 month)::date as until_on,
    cases * 1000 + 50 * datediff('month', date '2016-09-01', month) as licences
from spot as places join size using (district_code), months, unnest(['id_card', 'business', 'household']) as codes (code);
insert into mart_data_share by name
select places.*, 'canonical' as source_id, month::date as called_on, code as dataset_code, 'D2' as provider_dept_id, 'D1' as dept_id, 'd1' as function_code,
    'I' || district_code || '1' as item_id, '01' as item_type, ['person'] as audience, 'housing' as theme, 'commitment' as case_type, cases * 5 as calls, cases * 4 as hits
from spot as places join size using (district_code), months, unnest(['population', 'business', 'household']) as codes (code);
insert into mart_data_holding by name
select places.*, code as dataset_code, 'D2' as dept_id, 'd2' as function_code, date '2016-09-01' as since_on, date '9999-12-31' as until_on, cases * 5000 as records
from spot as places join size using (district_code), unnest(['population', 'business', 'household']) as codes (code);

insert into mart_session by name
select places.*, district_code || month || kind || n as session_id, 'canonical' as source_id, (hash(session_id) >> 1)::bigint as visitor_no, 'I' || district_code || n % 10 + 1 as item_id, '01' as item_type, ['person'] as audience,
    'housing' as theme, 'commitment' as case_type, 'D1' as dept_id, 'd1' as function_code, kind as channel, channel_group,
    case when kind = 'terminal' then district_code || '-terminal1' end as point_id, case when kind = 'terminal' then district_code || '-T1' end as site_id,
    month::timestamptz + interval 10 hour as started_at, month::date as started_on, 60.0 + n as seconds, n % 9 as hits,
    case when kind <> 'hotline' then ['view', 'start', 'submit', 'outcome'][n % 4 + 1] end as reached, kind <> 'hotline' and n % 4 > 0 as is_start,
    kind <> 'hotline' and n % 4 = 3 as is_outcome, kind = 'terminal' and n % 4 > 0 as is_terminal_use,
    case when kind = 'hotline' then ['information', 'information', 'chase_progress', 'repeat', 'complain'][n % 5 + 1] end as purpose, kind = 'hotline' as is_contact,
    kind = 'hotline' and n % 5 in (2, 3) as is_failure_demand, kind in ('web', 'app') and n % 4 > 0 as is_journey_start,
    kind in ('web', 'app') and n % 4 = 3 as is_journey_completed, month < date '2018-10-01' as is_followed_up
from spot as places, months, range(0, 24) as numbers(n),
    (values ('web', 'online'), ('app', 'online'), ('terminal', 'self_service'), ('hotline', 'assisted')) as kinds (kind, channel_group);

insert into mart_account by name
select places.*, 10000 * cases + n as account_no, case when n % 5 = 0 then 'organisation' else 'person' end as kind, date '2016-09-01' + (n % 700)::int as registered_on,
    date '9999-12-31' as closed_on, n % 5 <> 0 as is_person, n % 3 > 0 as is_verified, n % 3 > 1 as is_id_checked
from spot as places join size using (district_code), range(1, 400) as numbers(n);
insert into mart_account_day by name
select * exclude (kind, registered_on, closed_on, is_person, is_verified, is_id_checked, month), month::date + 3 as active_on
from mart_account, months where account_no % 3 = month(month) % 3 and month >= registered_on;

insert into mart_followup by name
select places.*, district_code || month || n as rating_id, 'canonical' as source_id, 'I' || district_code || n as item_id, '01' as item_type, ['person'] as audience, 'housing' as theme,
    'commitment' as case_type, 'D1' as dept_id, 'd1' as function_code, 'window' as channel, 'staffed' as channel_group, 1 as grade, month::date as rated_on, true as is_valid,
    n < 10 as is_real_name, n < 9 as is_contacted, case when n < 8 then 'substantiated' when n < 9 then 'mis_rated' end as verdict, month::date + 15 as due_on,
    n < 7 as is_rectified, n < 6 as is_rectified_on_time, case when n < 5 then month::date + 20 end as revisit_on, case when n < 5 then 4 end as revisit_grade
from spot as places, months, range(1, 13) as numbers(n);

insert into mart_delivery by name
select places.*, 'D' || case_id as delivery_id, 'canonical' as source_id, case_id, item_id, item_type, audience, theme, case_type, dept_id, function_code, channel, channel_group,
    ['courier', 'pickup_window', 'elicence', 'download'][number % 4 + 1] as mode, true as is_result, completed_on as moved_on, completed_on as dispatched_on,
    completed_on + 2 as received_on, true as is_received, 1 + number % 3 as days_under_way
from spot as places join (select *, (hash(case_id) % 12)::int as number from mart_case) using (district_code);
insert into mart_first_delivery by name
select dept_id, ways.is_by_courier, function_code, delivery_id, source_id, case_id, mode, moved_on
from mart_delivery, (values (false), (true)) as ways (is_by_courier) where mode = 'courier'
qualify row_number() over (partition by dept_id, ways.is_by_courier order by moved_on, delivery_id) = 1;
update mart_case set handed_over_by = mode from mart_delivery where mart_delivery.case_id = mart_case.case_id;
insert into mart_payment by name
select places.*, 'P' || case_id as payment_id, 'canonical' as source_id, case_id, item_id, item_type, audience, theme, case_type, dept_id, function_code, channel, channel_group,
    case when channel = 'web' then 'wechat' else 'cash' end as method, 'paid' as status, 20.0 as amount, completed_on as paid_on, true as is_paid, channel = 'web' as is_online
from spot as places join mart_case using (district_code);
insert into mart_appointment by name
select places.*, district_code || month || n as appointment_id, 'canonical' as source_id, 'I' || district_code || n % 10 + 1 as item_id, '01' as item_type, ['person'] as audience,
    'housing' as theme, 'commitment' as case_type, 'D1' as dept_id, 'd1' as function_code, case district_code when '440604' then 'S1' else 'S2' end as site_id, 'web' as channel,
    'online' as channel_group, month::date as booked_on, month::date as slot_on, case when n % 8 = 0 then 'no_show' else 'served' end as status, n % 8 > 0 as is_kept, n % 8 = 0 as is_missed
from spot as places, months, range(1, 33) as numbers(n);

insert into mart_item_channel by name
select places.*, item_id, func, 'any' as offer, date '2016-09-01' as valid_from, date '9999-12-31' as valid_to, ['web', 'app'] as channel, item_type, is_application_based, audience,
    theme, case_type, dept_id, function_code
from spot as places join mart_item using (district_code), (values ('info', 40), ('apply', 30), ('pay', 10)) as funcs (func, most)
where substr(item_id, 8)::int <= most;
insert into mart_survey by name
select places.*, 'poll-2018' as survey_id, 1000 * cases + n as respondent_no, 'canonical' as source_id, 1.0 as weight, n % 4 > 0 as is_answered,
    case when n % 4 > 0 then 3 + n % 3 end as answer, date '2018-10-10' as fielded_on
from spot as places join size using (district_code), range(1, 300) as numbers(n);
insert into mart_source_day by name
select 'canonical' as source_id, 'case_events' as feed, day::date as day_on, timestamptz '2018-11-01 08:00:00+08' as received_at, 24 as delay_hours, 60 as records,
    600 as fields_expected, 594 as fields_filled
from generate_series(date '2016-09-01', date '2018-10-31', interval 1 day) as days(day);
insert into mart_ticket by name
select places.* exclude (division_code), district_code as division_code, district_code || month || 'L' || n as ticket_id, 'canonical' as source_id,
    case district_code when '440604' then 'S1' else 'S2' end as site_id, month::timestamptz + to_days(n::int) + to_hours(9) as issued_at, month::date + n::int as issued_on,
    9 as issued_hour, false as is_appointment, 'left' as status, true as is_chain_head, false as is_repeat, false as is_implausible, false as is_called,
    true as is_abandoned, true as is_chain_abandoned
from spot as places, months, range(0, 3) as numbers(n);
