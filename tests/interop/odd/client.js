// Reads every table of a database of odd names and types with node-soap: argument 1 is the gateway's address.
const soap = require('soap');

(async () => {
  const client = await soap.createClientAsync(process.argv[2] + '/soap/crm?wsdl');
  // Methods whose names are not in ASCII stand below the port alone.
  const methods = client.CrmService.CrmSoap11;
  const rows = {};
  for (const name of Object.keys(methods).filter((name) => name.startsWith('Query'))) {
    const answer = await new Promise((resolve, reject) => {
      methods[name]({ pageSize: 10 }, (error, result) => (error ? reject(new Error(`${name}: ${error.message}`)) : resolve(result)));
    });
    rows[name.slice(5)] = answer?.record ?? [];
  }
  const check = (what, got, expected) => {
    if (got !== expected) throw new Error(`${what}: got ${got}, expected ${expected}`);
  };
  check('tables', Object.keys(rows).length, 29);
  check('a word of JavaScript', rows.Object[0].toString2, 't');
  check('letters', rows['ÜñïĆode'][0]['значение'], 'да');
  console.log('odd names, node-soap: 29 tables');
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
