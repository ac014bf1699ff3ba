-- One person drawn for a sampled poll, answered or not. A poll is never mixed with the ratings of cases. The personal key stays behind.
select
    survey.survey_id,
    row_number() over (partition by survey.source_id, survey.survey_id order by survey.respondent_key) as respondent_no,
    survey.source_id,
    survey.stratum,
    coalesce(survey.weight, 1) as weight,
    survey.responded and survey.grade is not null as is_answered,
    survey.grade as answer,
    survey.fielded_on,
    survey.site_id,
    coalesce(survey.division_code, site.division_code) as division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code
from core_survey_response as survey
left join dim_site as site on site.site_id = survey.site_id
left join dim_division as division on division.division_code = coalesce(survey.division_code, site.division_code)
