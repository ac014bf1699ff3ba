-- One figure as somebody stated it. It can be held against its denominator where it is a plain percentage of a known number of cases.
select
    figure.source_id,
    figure.figure_id,
    figure.metric_id,
    figure.params,
    figure.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    figure.dept_id,
    department.function_code,
    figure.stated,
    figure.denominator,
    figure.kind,
    coalesce(figure.stated_on, date '1900-01-01') as stated_on,
    figure.stated_by,
    figure.source,
    figure.note,
    coalesce(
        figure.kind in ('figure', 'rate') and figure.denominator >= 1
        and regexp_full_match(figure.stated, '\s*(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)\s*%\s*'), false
    ) as is_checkable
from core_declared_figure as figure
left join dim_division as division on division.division_code = figure.division_code
left join dim_department as department on department.dept_id = figure.dept_id
