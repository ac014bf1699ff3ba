-- One version of one item, with the days on which it is the one that counts. Every day has exactly one: before the first version begins, that first one;
-- in a gap, or after the last one ended, the one before (a case accepted then was still handled under some rule).
select
    item_id,
    version,
    case when row_number() over (partition by item_id order by valid_from, version) = 1 then date '0001-01-01' else valid_from end as from_on,
    coalesce(lead(valid_from) over (partition by item_id order by valid_from, version), date '9999-12-31') as until_on,
    dept_id,
    division_code,
    legal_limit,
    legal_unit,
    promised_limit,
    promised_unit,
    is_limit_converted
from mart_item
