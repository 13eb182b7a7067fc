//! A cloud on this machine that answers four operations, each after the same time. Bodies are made once.

use super::instances::REGIONS;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The stub.
#[derive(Clone)]
pub struct Stub {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    delay: Duration,
    regions: String,
    instances: String,
    calls: AtomicUsize,
    bytes: AtomicUsize,
    sessions: Mutex<HashMap<String, String>>,
}

impl Stub {
    /// Listens, and answers so many instances a region.
    pub async fn start(delay: Duration, instances: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            delay,
            regions: regions(),
            instances: super::instances::page(0, instances, None),
            calls: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            sessions: Mutex::default(),
        });
        let stub = Self { port, shared: shared.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        stub
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn body_bytes(&self) -> usize {
        self.shared.instances.len()
    }

    /// Calls and bytes since [`Stub::forget`].
    pub fn counted(&self) -> (usize, usize) {
        (self.shared.calls.load(Ordering::Relaxed), self.shared.bytes.load(Ordering::Relaxed))
    }

    pub fn forget(&self) {
        self.shared.calls.store(0, Ordering::Relaxed);
        self.shared.bytes.store(0, Ordering::Relaxed);
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let mut buffer = Vec::with_capacity(8192);
    loop {
        let head = loop {
            if let Some(at) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
            match stream.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        };
        let headers = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length = headers
            .lines()
            .find_map(|l| l.strip_prefix("content-length:"))
            .and_then(|n| n.trim().parse::<usize>().ok())
            .unwrap_or(0);
        while buffer.len() < head + length {
            match stream.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        let body = String::from_utf8_lossy(&buffer[head..head + length]).into_owned();
        buffer.drain(..head + length);
        let form =
            |name: &str| body.split('&').find_map(|p| p.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
        tokio::time::sleep(shared.delay).await;
        let own;
        let answer: &str = match form("Action") {
            "DescribeInstances" => &shared.instances,
            "DescribeRegions" => &shared.regions,
            "AssumeRole" => {
                own = assumed(&form("RoleArn").replace("%3A", ":").replace("%2F", "/"));
                &own
            }
            _ => {
                "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::999988887777:user/operator</Arn><UserId>AIDA</UserId><Account>999988887777</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
            }
        };
        shared.calls.fetch_add(1, Ordering::Relaxed);
        shared.bytes.fetch_add(answer.len(), Ordering::Relaxed);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n", answer.len());
        if stream.write_all(head.as_bytes()).await.is_err() || stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn assumed(role: &str) -> String {
    let account = role.split(':').nth(4).unwrap_or_default();
    format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROA:Cloudivize-Session</AssumedRoleId><Arn>arn:aws:sts::{account}:assumed-role/CloudivizeRole/Cloudivize-Session</Arn></AssumedRoleUser></AssumeRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleResponse>"
    )
}

fn regions() -> String {
    let items: String = REGIONS
        .iter()
        .map(|r| format!("<item><regionName>{r}</regionName><regionEndpoint>ec2.{r}.amazonaws.com</regionEndpoint><optInStatus>opt-in-not-required</optInStatus></item>"))
        .collect();
    format!(
        "<DescribeRegionsResponse><requestId>r</requestId><regionInfo>{items}</regionInfo></DescribeRegionsResponse>"
    )
}
