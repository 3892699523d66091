-- name: register_disposition
-- Records how a call with a contact ended; OPTOUT also withdraws the consent to calls. Answers the record's id.
-- param: contact_id integer
-- param: code varchar(16)
-- param: duration_s integer optional
-- param: remark text optional
-- column: id integer
update contact
  set phone_opt_in = 0, phone_opt_in_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
  where id = :contact_id and :code = 'OPTOUT';
insert into call_disposition (contact_id, code, called_at, duration_s, remark)
  values (:contact_id, :code, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), :duration_s, :remark)
  returning id;
