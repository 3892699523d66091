// Calls the sample CRM with node-soap: argument 1 is the gateway's address, 2 the SOAP version (1.1 or 1.2).
const soap = require('soap');
const assert = require('assert');

const [base, version] = process.argv.slice(2);
const text = 'Łódź < & " \' ]]> 🚂 tab\tend';
let checks = 0;
function check(what, got, expected) {
  assert.deepStrictEqual(got, expected, `${what}: got ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`);
  checks++;
}

async function main() {
  const twelve = version === '1.2';
  const crm = await soap.createClientAsync(`${base}/soap/crm?wsdl${twelve ? '=1.2' : ''}`, { forceSoap12Headers: twelve });
  const call = async (operation, request) => (await crm[operation + 'Async'](request))[0];

  // get, and nil
  const company = (await call('GetCompany', { id: 1 })).record;
  check('name', company.name, 'Stalmet');
  check('nil', company.credit_limit ?? null, null);

  // query by pages
  const seen = [];
  let cursor;
  do {
    const page = await call('QueryContact', { orderBy: [{ field: 'last_name', descending: true }], pageSize: 50, ...(cursor ? { cursor } : {}) });
    seen.push(...page.record.map((record) => record.id));
    cursor = page.nextCursor;
  } while (cursor);
  check('pages hold each contact once', seen.sort((a, b) => a - b), Array.from({ length: 132 }, (_, n) => n + 1));
  check('count', Number((await call('CountContact', { filter: { company_id: { eq: 1 } } })).count), 3);

  // create: text and decimals come back as they went
  const created = (await call('CreateContact', { record: [{ company_id: 1, first_name: '', last_name: text, notes: text }] })).result[0];
  check('created', created.status, 'created');
  const key = created.key.id;
  const back = (await call('GetContact', { id: key })).record;
  check('text', back.last_name, text);
  const money = (await call('CreateOpportunity', { record: [{ name: 'Big', company_id: 1, amount: '1234567890123456.78' }] })).result[0].key.id;
  await call('GetOpportunity', { id: money });
  check('18 digits', /<amount[^>]*>([^<]*)<\/amount>|:amount[^>]*>([^<]*)</.exec(crm.lastResponse).slice(1).find(Boolean), '1234567890123456.78');

  // a batch with a conflict
  const one = (await call('GetContact', { id: 30 })).record;
  const two = (await call('GetContact', { id: 31 })).record;
  await call('UpdateContact', { record: [{ id: 30, phone: '+48 1' }] });
  const results = (await call('UpdateContact', {
    record: [
      { attributes: { version: one.attributes.version }, id: 30, phone: '+48 2' },
      { attributes: { version: two.attributes.version }, id: 31, phone: '+48 3' },
    ],
    mode: 'perRecord',
  })).result;
  check('stale version', results[0].status, 'conflict');
  check('fresh version', results[1].status, 'updated');

  // a routine
  await call('CustomerBalance', { company_id: 2 });
  check('routine', /balance>4394\.46</.test(crm.lastResponse), true);

  // faults
  const fault = await call('GetContact', { id: 99999999 }).then(() => null, (error) => error);
  const detail = twelve ? fault.root.Envelope.Body.Fault.Detail : fault.root.Envelope.Body.Fault.detail;
  check('fault code', detail.Problem.code, 'NotFound');
  await call('DeleteContact', { key: [{ id: key }] });
  console.log(`node-soap, SOAP ${version}: ${checks} checks`);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
