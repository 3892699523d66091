<?php
// Calls the sample CRM with PHP's SoapClient: argument 1 is the gateway's address, 2 the SOAP version (1.1 or 1.2).
[, $base, $version] = $argv;
$text = "Łódź < & \" ' ]]> 🚂 tab\tend";
$crm = new SoapClient("$base/soap/crm?wsdl" . ($version === '1.2' ? '=1.2' : ''), [
    'soap_version' => $version === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
]);
$checks = 0;
function check(string $what, mixed $got, mixed $expected): void
{
    global $checks;
    if ($got !== $expected) {
        fwrite(STDERR, "$what: got " . var_export($got, true) . ', expected ' . var_export($expected, true) . "\n");
        exit(1);
    }
    $checks++;
}

// get, and nil
$company = $crm->GetCompany(['id' => 1])->record;
check('name', $company->name, 'Stalmet');
check('nil', $company->credit_limit ?? null, null);
check('decimal', $crm->GetCompany(['id' => 2])->record->credit_limit, '5250.00');

// query by pages
$seen = [];
$cursor = null;
do {
    $request = ['pageSize' => 50, 'orderBy' => [['field' => 'last_name', 'descending' => true]]];
    if ($cursor !== null) {
        $request['cursor'] = $cursor;
    }
    $page = $crm->QueryContact($request);
    foreach ($page->record as $record) {
        $seen[] = $record->id;
    }
    $cursor = $page->nextCursor ?? null;
} while ($cursor !== null);
sort($seen);
check('pages hold each contact once', $seen, range(1, 132));
check('count', (int) $crm->CountContact(['filter' => ['company_id' => ['eq' => 1]]])->count, 3);

// create: text and decimals come back as they went
$created = $crm->CreateContact(['record' => [['company_id' => 1, 'first_name' => '', 'last_name' => $text, 'notes' => $text]]])->result[0];
check('created', $created->status, 'created');
$key = $created->key->id;
$back = $crm->GetContact(['id' => $key])->record;
check('text', $back->last_name, $text);
check('empty is not nil', $back->first_name, '');
check('absent is nil', $back->email ?? null, null);
$money = $crm->CreateOpportunity(['record' => [['name' => 'Big', 'company_id' => 1, 'amount' => '1234567890123456.78']]])->result[0]->key->id;
check('18 digits', $crm->GetOpportunity(['id' => $money])->record->amount, '1234567890123456.78');

// update: absent leaves, nil clears
$crm->UpdateContact(['record' => [['id' => $key, 'notes' => null]]]);
$back = $crm->GetContact(['id' => $key])->record;
check('nil clears', $back->notes ?? null, null);
check('absent leaves', $back->last_name, $text);

// a batch with a conflict
$one = $crm->GetContact(['id' => 20])->record;
$two = $crm->GetContact(['id' => 21])->record;
$crm->UpdateContact(['record' => [['id' => 20, 'phone' => '+48 1']]]);
$results = $crm->UpdateContact(['record' => [
    ['id' => 20, 'phone' => '+48 2', 'version' => $one->version],
    ['id' => 21, 'phone' => '+48 3', 'version' => $two->version],
], 'mode' => 'perRecord'])->result;
check('stale version', $results[0]->status, 'conflict');
check('fresh version', $results[1]->status, 'updated');
check('the other one is written', $crm->GetContact(['id' => 21])->record->phone, '+48 3');
check('the stale one is not', $crm->GetContact(['id' => 20])->record->phone, '+48 1');

// a routine
check('routine', $crm->CustomerBalance(['company_id' => 2])->row[0]->balance, '4394.46');

// faults
try {
    $crm->GetContact(['id' => 99999999]);
    check('a missing record', 'no fault', 'a fault');
} catch (SoapFault $fault) {
    check('fault code', $fault->detail->Problem->code, 'NotFound');
}
$crm->DeleteContact(['key' => [['id' => $key]]]);
echo "PHP SoapClient, SOAP $version: $checks checks\n";
