-- One case: everything that a case-based metric counts by or adds up.
with rated as (
    select
        case_id,
        bool_or(is_valid and is_active) as has_active_rating,
        bool_or(is_latest and grade <= 2) as has_bad_rating,
        coalesce(bool_and(grade >= 3) filter (where is_latest and is_active), false) as has_satisfied_rating
    from mart_rating as rating
    where case_id is not null
    group by case_id
),
published as (
    select coalesce(alias.canonical_case_id, deadline.case_id) as case_id, min(deadline.due_at) as due_at
    from core_case_deadline as deadline
    left join int_link_alias as alias on alias.case_id = deadline.case_id
    where deadline.kind = 'published'
    group by coalesce(alias.canonical_case_id, deadline.case_id)
),
-- How results were handed over: whether one reached the applicant without coming (electronically or by courier), and how the first did.
handed as (
    select
        coalesce(alias.canonical_case_id, delivery.case_id) as case_id,
        bool_or(delivery.mode in ('elicence', 'download', 'courier') and coalesce(delivery.direction, 'result') = 'result') as is_sent,
        arg_min(delivery.mode, {'on': coalesce(delivery.dispatched_on, delivery.received_on), 'id': delivery.delivery_id, 'source': delivery.source_id})
            filter (where coalesce(delivery.direction, 'result') not like 'materials%' and coalesce(delivery.dispatched_on, delivery.received_on) is not null)
            as first_mode
    from core_delivery as delivery
    left join int_link_alias as alias on alias.case_id = delivery.case_id
    group by coalesce(alias.canonical_case_id, delivery.case_id)
),
joined as (
    select
        moment.*,
        milestone.* exclude (case_id, accepted_on),
        subject.* exclude (case_id, item_id, accepted_on, last_event_on, application_on, channel),
        subject.accepted_on as clock_start_on,
        clock.* exclude (case_id, start_no, observed_until_on, open_since_on, worked_before_open_no, closed_working_days, closed_days,
                         open_working_days, open_days),
        coalesce(milestone.received_on, moment.application_on) as receipt_on,
        coalesce(channel.channel_group, 'other') as channel_group,
        coalesce(channel.is_online, false) as is_applied_online,
        session.case_id is not null as is_decided_same_session,
        coalesce(visit.visits, 0) as visits,
        coalesce(visit.visits_upper, 0) as visits_upper,
        coalesce(visit.terminal_visits, 0) as terminal_visits,
        coalesce(visit.has_unknown_point, false) as has_unknown_point,
        coalesce(visit.is_outside, false) as is_outside,
        visit.handling_site_level,
        visit.excess_cause,
        coalesce(visit.visit_causes, []) as visit_causes,
        handed.first_mode as handed_over_by,
        coalesce(reference.linked_case_count, 1) as linked_case_count,
        coalesce(reference.source_reference_count, 1) as source_reference_count,
        coalesce(decision_channel.is_online, false)
            and (coalesce(moment.delivery_channel in ('web', 'app', 'wechat', 'courier'), false) or coalesce(handed.is_sent, false))
            as is_ended_online,
        statute.statutory_due_on,
        coalesce(statute.is_statutory_due, false) as is_statutory_due,
        coalesce(statute.is_decided_by_statute, false) as is_decided_by_statute,
        standing.* exclude (case_id),
        coalesce(rated.has_active_rating, false) as has_active_rating,
        coalesce(rated.has_bad_rating, false) as has_bad_rating,
        coalesce(rated.has_satisfied_rating, false) as has_satisfied_rating,
        coalesce(material.submitted_materials, 0) as submitted_materials,
        coalesce(material.has_other_paper, false) as has_other_paper,
        coalesce(material.has_commitment, false) as has_commitment,
        published.due_at as published_due_at
    from int_case_moment as moment
    join int_case_milestone as milestone on milestone.case_id = moment.case_id
    join int_case_subject as subject on subject.case_id = moment.case_id
    join int_case_clock as clock on clock.case_id = moment.case_id
    join int_case_standing as standing on standing.case_id = moment.case_id
    left join int_case_visit_count as visit on visit.case_id = moment.case_id
    left join int_case_reference as reference on reference.case_id = moment.case_id
    left join int_case_statute as statute on statute.case_id = moment.case_id
    left join handed on handed.case_id = moment.case_id
    left join ref_channel as decision_channel on decision_channel.channel = moment.decision_channel
    left join int_case_session as session on session.case_id = moment.case_id
    left join int_case_material as material on material.case_id = moment.case_id
    left join rated on rated.case_id = moment.case_id
    left join published on published.case_id = moment.case_id
    left join ref_channel as channel on channel.channel = moment.channel
),
-- Where an instant is known to the day only, the order of two events of one day says nothing.
ended as (
    select
        joined.*,
        coalesce(completed_on < application_on or clock_end_on < clock_start_on, false)
            or coalesce(completed_exact_at < application_exact_at, false) or coalesce(decided_exact_at < accepted_exact_at, false) as is_order_broken,
        case
            when result_ready_on is not null then result_ready_on
            when outcome in ('refused', 'closed') then completed_on
        end as result_on,
        case when completing_type in ('withdrawn', 'not_accepted') or outcome in ('withdrawn', 'not_accepted', 'lapsed', 'forwarded', 'void', 'technical_delete')
             then completed_on else as_of.as_of_on end as unseen_after_on
    from joined
    cross join build_as_of as as_of
)
select
    ended.case_id,
    ended.source_id,
    ended.bundle_id,
    ended.item_id,
    ended.item_version,
    item.item_type,
    item.audience,
    item.theme,
    item.case_type,
    ended.dept_id,
    ended.function_code,
    ended.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    ended.calendar_id,
    ended.application_at,
    ended.application_on,
    ended.channel,
    ended.channel_group,
    ended.is_applied_online,
    ended.is_assisted,
    ended.receipt_on as received_on,
    ended.clock_start_on as accepted_on,
    ended.is_acceptance_imputed,
    ended.decided_on,
    ended.completed_at,
    ended.completed_on,
    ended.clock_end_on,
    ended.result_ready_on,
    ended.outcome,
    ended.is_void,
    ended.is_completed,
    ended.is_order_broken,
    item.legal_working_days,
    item.promised_working_days,
    ended.paused_working_days,
    ended.handling_working_days,
    accepted_day.working_day_no - applied_day.working_day_no as waiting_working_days,
    result_day.working_day_no - decided_day.working_day_no as delivery_working_days,
    ended.survival_working_days,
    ended.is_handling_event,
    ended.due_on,
    ended.has_open_pause_at_due,
    ended.is_promise_countable,
    ended.is_promise_countable and ended.is_decided_by_due as is_promise_kept,
    coalesce(ended.decided_on = ended.receipt_on, false) or coalesce(ended.completed_on = ended.receipt_on, false) as is_decided_same_day,
    ended.is_decided_same_session,
    ended.visits,
    ended.visits_upper,
    ended.terminal_visits,
    ended.visit_causes,
    item.visits_max as declared_visits_max,
    coalesce(item.declared_depth, item.level_gd_4) as declared_level,
    cast(
        case
            when not ended.is_completed then null
            when not ended.is_applied_online or ended.visits > 2 then 1
            else 4 - ended.visits
        end as bigint
    ) as observed_level,
    case when ended.is_completed and ended.is_applied_online then ended.visits > item.visits_max end as is_overclaimed,
    case when ended.is_completed and ended.is_applied_online and ended.visits > item.visits_max then ended.excess_cause end as overclaim_cause,
    ended.is_completed and ended.is_applied_online and ended.visits = 0 and ended.is_ended_online as is_end_to_end_online,
    ended.handed_over_by,
    ended.is_at_cross_region_window or ended.is_outside as is_cross_region,
    ended.handling_site_level,
    ended.linked_case_count,
    ended.source_reference_count,
    ended.is_identified,
    not ended.is_acceptance_imputed or ended.deemed_accepted_on is not null
        or coalesce(ended.completing_type in ('completed', 'decided') and ended.outcome is distinct from 'not_accepted', false) as is_accepted,
    ended.deemed_accepted_on,
    ended.statutory_due_on,
    ended.is_statutory_due,
    ended.is_statutory_due and not ended.is_decided_by_statute as is_statutory_breach,
    ended.open_working_days,
    case
        when ended.open_working_days <= 5 then '0-5'
        when ended.open_working_days <= 20 then '6-20'
        when ended.open_working_days <= 45 then '21-45'
        when ended.open_working_days > 45 then 'over-45'
    end as open_band,
    ended.is_open_paused,
    ended.open_pause_since_on,
    ended.is_zombie,
    ended.zombie_since_on,
    ended.aged_6_on,
    ended.aged_21_on,
    ended.aged_46_on,
    ended.supplement_count,
    ended.has_active_rating,
    ended.has_bad_rating,
    ended.has_satisfied_rating,
    coalesce(item.id_only, false) as is_id_only,
    ended.submitted_materials,
    ended.has_other_paper,
    ended.has_commitment,
    case when coalesce(ended.result_on, ended.unseen_after_on) >= ended.application_on
         then date_diff('day', ended.application_on, coalesce(ended.result_on, ended.unseen_after_on)) end as e2e_days,
    coalesce(ended.result_on >= ended.application_on, false) as is_e2e_event,
    ended.published_due_at,
    ended.completed_at <= ended.published_due_at as is_published_due_kept,
    list_filter(
        [
            case when ended.is_order_broken then 'order_broken' end,
            case when ended.is_acceptance_imputed then 'acceptance_imputed' end,
            case when ended.item_version is null then 'item_unknown' end,
            case when ended.has_unknown_point then 'point_unknown' end,
            case when ended.has_future then 'future_time' end,
            case when ended.is_limit_converted then 'limit_converted' end,
            case when ended.is_calendar_provisional then 'calendar_provisional' end
        ],
        lambda flag: flag is not null
    ) as dq_flags
from ended
left join mart_item as item on item.item_id = ended.item_id and item.version = ended.item_version
left join dim_division as division on division.division_code = ended.division_code
left join ref_working_day as applied_day on applied_day.calendar_id = ended.calendar_id and applied_day.day = ended.application_on
left join ref_working_day as accepted_day on accepted_day.calendar_id = ended.calendar_id and accepted_day.day = ended.clock_start_on
left join ref_working_day as decided_day on decided_day.calendar_id = ended.calendar_id and decided_day.day = ended.clock_end_on
left join ref_working_day as result_day on result_day.calendar_id = ended.calendar_id and result_day.day = ended.result_on
