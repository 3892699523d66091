-- name: convert_lead
-- Makes a contact (and, where a company is named, a company) of a lead that is not converted yet; answers their ids.
-- param: lead_id integer
-- param: new_company_name varchar(160) optional
-- column: contact_id integer
-- column: company_id integer
insert into company (name, status, owner_id)
  select coalesce(:new_company_name, company_name), 'prospect', owner_id
  from lead
  where id = :lead_id and status <> 'converted' and coalesce(:new_company_name, company_name) is not null;
insert into contact (company_id, first_name, last_name, email, phone, email_opt_in, email_opt_in_at, owner_id)
  select case when coalesce(:new_company_name, company_name) is not null then (select max(id) from company) end,
         first_name, last_name, email, phone, email_opt_in,
         case when email_opt_in then strftime('%Y-%m-%dT%H:%M:%SZ', 'now') end, owner_id
  from lead
  where id = :lead_id and status <> 'converted';
update lead
  set converted_contact_id = (select max(id) from contact), converted_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), status = 'converted'
  where id = :lead_id and status <> 'converted';
select c.id as contact_id, c.company_id
from lead l
join contact c on c.id = l.converted_contact_id
where l.id = :lead_id;
