#!/bin/sh
# Makes the files of this folder anew from registration.pot, with OpenSSL 3.0: two CAs, authorities under them, and what these say
# about the registration. Keys are fresh every time and thrown away, so that all files but registration.pot come out different.
#
#   sh make.sh        (in this folder)
set -eu
out=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp registration.pot "$work"
cd "$work"

cat > ca.cnf <<'END'
[ca]
default_ca = any
[any]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = names
unique_subject = no
[names]
commonName = supplied
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[far]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[web]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
extendedKeyUsage = serverAuth
[lists]
basicConstraints = critical, CA:true
keyUsage = critical, cRLSign
[tsa]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[two]
extendedKeyUsage = critical, timeStamping, serverAuth
[uncritical]
extendedKeyUsage = timeStamping
[encipherment]
keyUsage = critical, keyEncipherment
extendedKeyUsage = critical, timeStamping
[unknown]
extendedKeyUsage = critical, timeStamping
1.2.3.4.5 = critical, ASN1:NULL
END
: > index.txt
rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:"$2" -out "$1.key"; }
ec() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:"$2" -out "$1.key"; }
# certificate NAME EXTENSIONS ISSUER [FIRST LAST]
certificate() {
    openssl req -new -key "$1.key" -subj "/CN=${subject:-$1} of the tests" -out "$1.csr"
    if [ "$1" = "$3" ]; then by="-selfsign"; else by="-cert $3.pem"; fi
    openssl ca -batch -notext -config ca.cnf -extensions "$2" -in "$1.csr" -out "$1.pem" $by -keyfile "$3.key" \
        -startdate "${4:-20200101000000Z}" -enddate "${5:-20600101000000Z}" 2>> log
}
rsa ca 3072; certificate ca root ca
ec other P-256; certificate other root other
# Another key under the CA's name, and the CA's key under another name.
ec impostor P-256; subject=ca certificate impostor root impostor
cp ca.key renamed.key; certificate renamed root renamed
ec intermediate P-384; certificate intermediate intermediate ca
ec web P-256; certificate web web ca
ec lists P-256; certificate lists lists ca
rsa rsa 2048; certificate rsa tsa ca
ec p256 P-256; certificate p256 tsa ca
ec p384 P-384; certificate p384 tsa intermediate
ec p521 P-521; certificate p521 tsa ca
ec old P-256; certificate old tsa ca 20200101000000Z 20230101000000Z
for name in two uncritical encipherment unknown; do ec $name P-256; certificate $name $name ca; done
ec under-web P-256; certificate under-web tsa web
ec under-lists P-256; certificate under-lists tsa lists
ec under-p256 P-256; certificate under-p256 tsa p256
# A CA below one that allows none below it.
ec deep P-256; certificate deep intermediate intermediate
ec under-deep P-256; certificate under-deep tsa deep
# CAs one below the other, and authorities below the fourth and the fifth of them.
ec far P-256; certificate far root far
above=far
for name in one two-far three four five; do ec $name P-256; certificate $name far $above; above=$name; done
for name in four five; do ec under-$name P-256; certificate under-$name tsa $name; done

# An authority as OpenSSL has it: `openssl ts`.
cat > ts.cnf <<'END'
[tsa]
default_tsa = authority
[authority]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ess_cert_id_chain = no
ess_cert_id_alg = sha256
END
echo 1234 > serial
# answer NAME SIGNER QUERY-OPTIONS REPLY-OPTIONS
answer() {
    openssl ts -query -data registration.pot $3 -out query.tsq 2>> log
    openssl ts -reply -config ts.cnf -queryfile query.tsq -signer "$2.pem" -inkey "$2.key" $4 -out "$1" 2>> log
}
answer rsa.tsr rsa "-sha256 -cert" ""
answer p256.tsr p256 "-sha384 -cert" ""
answer p384.tsr p384 "-sha512 -cert" "-chain intermediate.pem"
answer bare.tst rsa "-sha256" "-token_out"
answer refused.tsr rsa "-sha1 -cert" ""
sed 's/ess_cert_id_alg = sha256/ess_cert_id_alg = sha1/' ts.cnf > ts1.cnf
openssl ts -query -data registration.pot -sha256 -cert -out query.tsq 2>> log
openssl ts -reply -config ts1.cnf -queryfile query.tsq -signer rsa.pem -inkey rsa.key -out ess-v1.tsr 2>> log

# Tokens of any time and content: `openssl cms` around a TSTInfo.
sha256=$(openssl dgst -sha256 -r registration.pot | cut -d' ' -f1)
# said FILE TIME [DIGEST-OBJECT DIGEST]
said() {
    cat > said.cnf <<END
asn1 = SEQUENCE:said
[said]
version = INTEGER:1
policy = OID:1.2.3.4.1
imprint = SEQUENCE:imprint
serial = INTEGER:0x0badcafe
time = GENERALIZEDTIME:$2
[imprint]
digest = SEQUENCE:digest
value = FORMAT:HEX,OCTETSTRING:${4:-$sha256}
[digest]
object = OID:${3:-2.16.840.1.101.3.4.2.1}
parameters = NULL
END
    openssl asn1parse -genconf said.cnf -noout -out "$1"
}
# sign NAME SAID SIGNER [OPTIONS]
sign() {
    name=$1 content=$2 signer=$3
    shift 3
    openssl cms -sign -binary -nodetach -nosmimecap -econtent_type 1.2.840.113549.1.9.16.1.4 -md sha256 -in "$content" \
        -signer "$signer.pem" -inkey "$signer.key" -outform DER -out "$name" "$@"
}
said said 20230823151140Z
sign in-time.tst said p256 -cades
sign key-id.tst said p256 -cades -keyid
said fraction 20230823151140.25Z
sign fraction.tst fraction p256 -cades
said late 20230823151640Z
sign late.tst late p256 -cades
cat said.cnf > plain.cnf
for critical in TRUE FALSE; do
    sed 's/^\[imprint\]/extensions = IMPLICIT:1,SEQUENCE:extensions\n&/' plain.cnf > said.cnf
    cat >> said.cnf <<END
[extensions]
one = SEQUENCE:one
[one]
object = OID:1.2.3.4.5
END
    [ $critical = FALSE ] || echo "critical = BOOLEAN:TRUE" >> said.cnf
    echo "value = FORMAT:HEX,OCTETSTRING:0500" >> said.cnf
    openssl asn1parse -genconf said.cnf -noout -out extended
    sign extension-$critical.tst extended p256 -cades
done
mv extension-TRUE.tst critical.tst
mv extension-FALSE.tst extension.tst
sign no-ess.tst said p256
sign no-attributes.tst said p256 -noattr
sign expired.tst said old -cades
for name in two uncritical encipherment unknown p521; do sign $name.tst said $name -cades; done
sign under-p256.tst said under-p256 -cades -certfile p256.pem
sign under-web.tst said under-web -cades -certfile web.pem
sign under-lists.tst said under-lists -cades -certfile lists.pem
cat one.pem two-far.pem three.pem four.pem > above.pem
sign under-four.tst said under-four -cades -certfile above.pem
cat five.pem >> above.pem
sign under-five.tst said under-five -cades -certfile above.pem
cat deep.pem intermediate.pem > above.pem
sign under-deep.tst said under-deep -cades -certfile above.pem
sign pss.tst said rsa -cades -keyopt rsa_padding_mode:pss
sign sha1-signed.tst said rsa -cades -md sha1
said sha1 20230823151140Z 1.3.14.3.2.26 "$(openssl dgst -sha1 -r registration.pot | cut -d' ' -f1)"
sign sha1-imprint.tst sha1 p256 -cades
said other 20230823151140Z 2.16.840.1.101.3.4.2.1 "$(printf 'something else' | openssl dgst -sha256 -r | cut -d' ' -f1)"
sign other.tst other p256 -cades
# Signed data around something else than a TSTInfo.
openssl cms -sign -binary -nodetach -nosmimecap -md sha256 -in said -signer p256.pem -inkey p256.key -cades -outform DER \
    -out no-token.tst
openssl pkcs7 -inform DER -in in-time.tst -out in-time.pem

# OpenSSL takes what is to be taken.
for name in rsa p256 ess-v1; do openssl ts -verify -data registration.pot -in $name.tsr -CAfile ca.pem > /dev/null 2>> log; done
openssl ts -verify -data registration.pot -in p384.tsr -CAfile ca.pem > /dev/null 2>> log
openssl ts -verify -data registration.pot -in in-time.tst -token_in -CAfile ca.pem > /dev/null 2>> log
openssl ts -verify -data registration.pot -in fraction.tst -token_in -CAfile ca.pem > /dev/null 2>> log

openssl x509 -in p256.pem -outform DER -out p256.cer
cp ./*.tsr ./*.tst in-time.pem ca.pem other.pem impostor.pem renamed.pem far.pem intermediate.pem rsa.pem p256.pem p256.cer "$out"
