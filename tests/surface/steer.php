<?php
// Steers a gateway with PHP's SoapClient: steer.php ADDRESS
$client = new SoapClient($argv[1] . '/soap/gateway?wsdl', ['cache_wsdl' => WSDL_CACHE_NONE, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
function need($holds, $what) { if (!$holds) { fwrite(STDERR, $what . "\n"); exit(1); } }
$flow = $client->ListFlows(new stdClass)->flow[0];
need($flow->name === 'orders' && $flow->dead == 3, print_r($flow, true));
need($client->PauseFlow(['name' => 'orders'])->flow->mode === 'paused', 'not paused');
$found = $client->SearchDeliveries(['flow' => 'orders', 'state' => 'dead', 'limit' => 1]);
need(count($found->delivery) === 1, print_r($found, true));
$read = $client->ReadDelivery(['id' => $found->delivery[0]->id]);
need(strpos($read->delivery->reason, 'double') !== false, print_r($read, true));
try {
    $client->PauseFlow(['name' => 'nothing']);
    need(false, 'no fault');
} catch (SoapFault $fault) {
    need($fault->detail->Refused->code === 'NotFound', print_r($fault->detail, true));
}
need($client->ResumeFlow(['name' => 'orders'])->flow->mode === 'running', 'not running');
echo "steered by PHP\n";
