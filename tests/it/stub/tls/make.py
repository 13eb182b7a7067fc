"""Makes the test authority and the stub's certificate anew; they protect nothing.

Needs the package `cryptography`, which the test tools' Python has.
"""

from datetime import datetime, timezone
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = Path(__file__).parent
REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "us-gov-west-1"]
REGIONS_CN = ["cn-north-1", "cn-northwest-1"]
NAMES = ["localhost", "*.amazonaws.com"]
NAMES += [f"*.{region}.amazonaws.com" for region in REGIONS]
NAMES += [f"*.{region}.amazonaws.com.cn" for region in REGIONS_CN]


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, issuer, key):
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=timezone.utc))
        .not_valid_after(datetime(2126, 1, 1, tzinfo=timezone.utc))
    )


AUTHORITY = "Cloudivize test authority"
ca_key = ec.generate_private_key(ec.SECP256R1())
ca = certificate(AUTHORITY, AUTHORITY, ca_key)
ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(ca_key, hashes.SHA256())

key = ec.generate_private_key(ec.SECP256R1())
alternatives = [x509.DNSName(host) for host in NAMES] + [x509.IPAddress(ip_address("127.0.0.1"))]
server = certificate("localhost", AUTHORITY, key)
server = server.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
server = server.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
server = server.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
server = server.sign(ca_key, hashes.SHA256())

PEM = serialization.Encoding.PEM
(HERE / "ca.pem").write_bytes(ca.public_bytes(PEM))
(HERE / "server.pem").write_bytes(server.public_bytes(PEM))
(HERE / "server.key").write_bytes(
    key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
)
