<?php
// An rpc/encoded service: it answers what it was sent as a tree in which the same line stands twice, so that PHP refers to it.
ini_set('soap.wsdl_cache_enabled', '0');
class Shop {
    public function place($customer, $lines) {
        if ($customer !== 'ACME & Söhne' || count($lines) !== 2 || $lines[0]->note !== null) {
            $refusal = (object)['code' => 9, 'lines' => [$lines[0], $lines[0]]];
            return new SoapFault('Client', 'not what was sent: ' . json_encode([$customer, $lines]), null, $refusal, 'refused');
        }
        $total = array_sum(array_map(fn($line) => $line->quantity, $lines));
        return (object)['id' => 7, 'total' => "$total.25", 'lines' => [$lines[0], $lines[1], $lines[0]]];
    }
}
$server = new SoapServer(__DIR__ . '/encoded.wsdl');
$server->setClass('Shop');
$server->handle();
