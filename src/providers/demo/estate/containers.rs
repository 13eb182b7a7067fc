//! ECS, EKS and ECR.

use super::{App, Recipe, Site, count, recipe, word};
use serde_json::{Value, json};

pub(super) const RECIPES: &[Recipe] = &[
    recipe("ecs/cluster", clusters),
    recipe("ecs/service", services),
    recipe("ecs/task", tasks),
    recipe("ecs/task-definition", definitions),
    recipe("eks/cluster", eks_clusters),
    recipe("eks/nodegroup", nodegroups),
    recipe("eks/addon", addons),
    recipe("ecr/repository", repositories),
    recipe("ecr/image", images),
];

/// One cluster for each application with services.
fn hosts_services<'s>(site: &'s Site) -> impl Iterator<Item = &'static App> + 's {
    site.apps.iter().copied().filter(|a| !a.services.is_empty())
}

fn cluster_arn(site: &Site, app: &App) -> String {
    site.arn("ecs", &format!("cluster/{}", app.name))
}

fn service_arn(site: &Site, app: &App, name: &str) -> String {
    site.arn("ecs", &format!("service/{}/{name}", app.name))
}

fn definition_arn(site: &Site, name: &str) -> String {
    site.arn("ecs", &format!("task-definition/{name}:{}", 12 + site.number(name) % 80))
}

/// How many tasks a service wants, and how many of them run.
fn tasks_of(text: &str) -> (usize, usize) {
    let wanted = count(text, 1);
    (wanted, word(text, 2).and_then(|n| n.parse().ok()).unwrap_or(wanted))
}

fn clusters(site: &Site) -> Vec<Value> {
    let one = |app: &App| {
        let arn = cluster_arn(site, app);
        let (wanted, running) = app.services.iter().map(|s| tasks_of(s)).fold((0, 0), |(w, r), (a, b)| (w + a, r + b));
        json!({
            "clusterArn": arn, "clusterName": app.name, "status": "ACTIVE", "registeredContainerInstancesCount": 0,
            "runningTasksCount": running, "pendingTasksCount": wanted - running, "activeServicesCount": app.services.len(),
            "statistics": [], "settings": [{"name": "containerInsights", "value": if app.name == "pay" { "enhanced" } else { "disabled" }}],
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"], "defaultCapacityProviderStrategy": [],
            "tags": site.small_tags(app), "_arn": arn,
        })
    };
    hosts_services(site).map(one).collect()
}

fn all_services<'s>(site: &'s Site) -> impl Iterator<Item = (&'static App, &'static str, &'static str)> + 's {
    site.all(|a| &a.services).map(|(app, text)| (app, word(text, 0).unwrap_or_default(), text))
}

fn services(site: &Site) -> Vec<Value> {
    let one = |(app, name, text): (&App, &str, &str)| {
        let arn = service_arn(site, app, name);
        let (wanted, running) = tasks_of(text);
        let definition = definition_arn(site, name);
        let balancers: Vec<Value> = match super::balancing::group_of_tasks(site, app) {
            Some(group) if app.services.first().is_some_and(|s| s.starts_with(name)) => {
                vec![json!({"targetGroupArn": group, "containerName": name, "containerPort": 8080})]
            }
            _ => Vec::new(),
        };
        let message = match wanted == running {
            true => format!("(service {name}) has reached a steady state."),
            false => format!("(service {name}) is unable to consistently start tasks successfully."),
        };
        let rollout = if wanted == running { "COMPLETED" } else { "IN_PROGRESS" };
        json!({
            "serviceArn": arn, "serviceName": name, "clusterArn": cluster_arn(site, app), "_cluster": app.name,
            "status": "ACTIVE", "desiredCount": wanted, "runningCount": running, "pendingCount": wanted - running,
            "launchType": "FARGATE", "platformVersion": "1.4.0", "platformFamily": "Linux", "taskDefinition": definition,
            "schedulingStrategy": "REPLICA", "createdAt": site.days(name, 140), "loadBalancers": balancers,
            "enableExecuteCommand": app.name != "pay", "propagateTags": "SERVICE", "enableECSManagedTags": true,
            "deploymentController": {"type": "ECS"}, "roleArn": site.iam("role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"),
            "deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 100,
                "deploymentCircuitBreaker": {"enable": true, "rollback": true}},
            "deployments": [{"id": format!("ecs-svc/{}", site.number(name)), "status": "PRIMARY", "taskDefinition": definition,
                "desiredCount": wanted, "runningCount": running, "pendingCount": wanted - running, "failedTasks": (wanted - running) * 7,
                "createdAt": site.days(name, 2), "updatedAt": site.ago(7200), "rolloutState": rollout, "launchType": "FARGATE"}],
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": [site.subnet("private", 0), site.subnet("private", 1)],
                "securityGroups": [site.group(app, "app")], "assignPublicIp": "DISABLED"}},
            "events": [{"id": super::uuid(site, name), "createdAt": site.ago(1200), "message": message}],
            "tags": site.small_tags(app), "_arn": arn,
        })
    };
    all_services(site).map(one).collect()
}

fn tasks(site: &Site) -> Vec<Value> {
    let mut out = Vec::new();
    for (app, name, text) in all_services(site) {
        let (wanted, running) = tasks_of(text);
        for n in 0..wanted {
            let id = site.hex(&format!("{name}{n}"), 32);
            let arn = site.arn("ecs", &format!("task/{}/{id}", app.name));
            let status = if n < running { "RUNNING" } else { "PROVISIONING" };
            let ip = format!("10.{}.{}.{}", site.network(), 48 + n % 3 * 16, 20 + out.len());
            let eni = site.id("eni", &id);
            out.push(json!({
                "taskArn": arn, "clusterArn": cluster_arn(site, app), "_cluster": app.name, "_service": name,
                "taskDefinitionArn": definition_arn(site, name), "group": format!("service:{name}"), "launchType": "FARGATE",
                "lastStatus": status, "desiredStatus": "RUNNING", "healthStatus": if n < running { "HEALTHY" } else { "UNKNOWN" },
                "cpu": "512", "memory": "1024", "availabilityZone": site.zone(n), "connectivity": "CONNECTED",
                "createdAt": site.ago(9000), "startedAt": if n < running { json!(site.ago(8940)) } else { Value::Null },
                "startedBy": format!("ecs-svc/{}", site.number(name)), "platformVersion": "1.4.0", "version": 3,
                "enableExecuteCommand": app.name != "pay",
                "containers": [{"name": name, "lastStatus": status, "image": image(site, app, name), "taskArn": arn,
                    "networkInterfaces": [{"attachmentId": eni, "privateIpv4Address": ip}]}],
                "attachments": [{"id": super::uuid(site, &id), "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": [
                    {"name": "subnetId", "value": site.subnet("private", n)}, {"name": "networkInterfaceId", "value": eni},
                    {"name": "privateIPv4Address", "value": ip}]}],
                "tags": site.small_tags(app), "_arn": arn,
            }));
        }
    }
    out
}

fn image(site: &Site, app: &App, name: &str) -> String {
    let registry = format!("{}.dkr.ecr.{}.amazonaws.com", site.account(), site.region);
    format!("{registry}/{}:{}", app.repositories.first().map_or(name, String::as_str), site.hex(name, 7))
}

fn definitions(site: &Site) -> Vec<Value> {
    let one = |(app, name, _): (&App, &str, &str)| {
        let arn = definition_arn(site, name);
        let definition = json!({
            "taskDefinitionArn": arn, "family": name, "revision": 12 + site.number(name) % 80, "status": "ACTIVE",
            "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "compatibilities": ["EC2", "FARGATE"],
            "cpu": "512", "memory": "1024", "taskRoleArn": site.iam(&format!("role/{name}-task")),
            "executionRoleArn": site.iam("role/ecsTaskExecutionRole"), "registeredAt": site.days(name, 2), "volumes": [],
            "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
            "containerDefinitions": [{"name": name, "image": image(site, app, name), "cpu": 512, "memory": 1024, "essential": true,
                "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
                "environment": [{"name": "STAGE", "value": site.plan.env}, {"name": "API_TOKEN", "value": format!("tok_{}", site.hex(name, 24))}],
                "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": format!("/ecs/{name}"), "awslogs-region": site.region}}}],
        });
        json!({"family": name, "_arn": arn, "_names": [name, arn], "taskDefinition": definition, "tags": site.small_tags(app)})
    };
    all_services(site).map(one).collect()
}

fn eks(site: &Site) -> impl Iterator<Item = (&'static App, &'static str, usize)> + '_ {
    site.all(|a| &a.clusters).map(|(app, text)| (app, word(text, 0).unwrap_or_default(), count(text, 1)))
}

fn eks_clusters(site: &Site) -> Vec<Value> {
    let one = |(app, name, _): (&App, &str, usize)| {
        let arn = site.arn("eks", &format!("cluster/{name}"));
        let host = format!("{}.gr7.{}.eks.amazonaws.com", site.hex(name, 32).to_uppercase(), site.region);
        json!({
            "name": name, "arn": arn, "createdAt": site.days(name, 300), "version": "1.33", "platformVersion": "eks.14",
            "status": if site.region == "us-east-2" { "UPDATING" } else { "ACTIVE" }, "endpoint": format!("https://{host}"),
            "roleArn": site.iam(&format!("role/{name}-cluster")),
            "resourcesVpcConfig": {"vpcId": site.vpc(), "subnetIds": (0..3).map(|z| site.subnet("private", z)).collect::<Vec<_>>(),
                "securityGroupIds": [site.group(app, "app")], "clusterSecurityGroupId": site.group(app, "app"),
                "endpointPublicAccess": site.region == "eu-west-1", "endpointPrivateAccess": true, "publicAccessCidrs": ["0.0.0.0/0"]},
            "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"},
            "logging": {"clusterLogging": [{"types": ["api", "audit"], "enabled": true}]},
            "identity": {"oidc": {"issuer": format!("https://oidc.eks.{}.amazonaws.com/id/{}", site.region, site.hex(name, 32).to_uppercase())}},
            "accessConfig": {"authenticationMode": "API"}, "upgradePolicy": {"supportType": "STANDARD"}, "health": {"issues": []},
            "tags": site.map_tags(app), "_arn": arn,
        })
    };
    eks(site).map(one).collect()
}

fn nodegroups(site: &Site) -> Vec<Value> {
    let mut out = Vec::new();
    for (app, cluster, nodes) in eks(site) {
        for (name, capacity, size, status) in
            [("general", "ON_DEMAND", nodes, "ACTIVE"), ("spot", "SPOT", nodes / 2, "DEGRADED")]
        {
            let arn = site.arn("eks", &format!("nodegroup/{cluster}/{name}/{}", super::uuid(site, name)));
            let issues = match status {
                "ACTIVE" => json!([]),
                _ => {
                    json!([{"code": "AsgInstanceLaunchFailures", "message": "Could not launch Spot Instances: no capacity.",
                    "resourceIds": [format!("eks-{name}")]}])
                }
            };
            out.push(json!({
                "nodegroupName": name, "nodegroupArn": arn, "clusterName": cluster, "version": "1.33",
                "releaseVersion": "1.33.5-20261105", "createdAt": site.days(name, 200), "modifiedAt": site.days(name, 3),
                "status": status, "capacityType": capacity, "instanceTypes": ["m7g.xlarge"], "amiType": "AL2023_ARM_64_STANDARD",
                "scalingConfig": {"minSize": 1, "maxSize": size * 2, "desiredSize": size}, "diskSize": 80,
                "subnets": (0..3).map(|z| site.subnet("private", z)).collect::<Vec<_>>(), "nodeRole": site.iam(&format!("role/{cluster}-node")),
                "labels": {"pool": name}, "health": {"issues": issues}, "updateConfig": {"maxUnavailable": 1},
                "resources": {"autoScalingGroups": [{"name": format!("eks-{name}-{}", super::uuid(site, cluster))}]},
                "tags": site.map_tags(app), "_arn": arn,
            }));
        }
    }
    out
}

fn addons(site: &Site) -> Vec<Value> {
    let mut out = Vec::new();
    for (app, cluster, _) in eks(site) {
        for (name, version) in [
            ("coredns", "v1.12.2"),
            ("kube-proxy", "v1.33.3"),
            ("vpc-cni", "v1.20.1"),
            ("aws-ebs-csi-driver", "v1.48.0"),
        ] {
            let arn = site.arn("eks", &format!("addon/{cluster}/{name}/{}", super::uuid(site, name)));
            out.push(json!({"addonName": name, "clusterName": cluster, "status": "ACTIVE", "addonVersion": format!("{version}-eksbuild.2"),
                "addonArn": arn, "createdAt": site.days(name, 200), "modifiedAt": site.days(name, 20), "health": {"issues": []},
                "tags": site.map_tags(app), "_arn": arn}));
        }
    }
    out
}

fn repositories(site: &Site) -> Vec<Value> {
    let one = |(app, name): (&App, &str)| {
        let arn = site.arn("ecr", &format!("repository/{name}"));
        json!({
            "repositoryArn": arn, "registryId": site.account(), "repositoryName": name, "createdAt": site.days(name, 400),
            "repositoryUri": format!("{}.dkr.ecr.{}.amazonaws.com/{name}", site.account(), site.region),
            "imageTagMutability": if app.name == "ops" { "MUTABLE" } else { "IMMUTABLE" },
            "imageScanningConfiguration": {"scanOnPush": app.name != "ops"}, "encryptionConfiguration": {"encryptionType": "AES256"},
            "_tags": site.labels(app), "_arn": arn,
        })
    };
    site.all(|a| &a.repositories).map(one).collect()
}

fn images(site: &Site) -> Vec<Value> {
    let of = |(_, name): (&App, &str)| {
        let name = name.to_owned();
        (0..5i64).map(move |n| {
            let key = format!("{name}{n}");
            json!({"registryId": site.account(), "repositoryName": name, "imageDigest": format!("sha256:{}{}", site.hex(&key, 32), site.hex(&format!("{key}."), 32)),
                "imageTags": if n == 0 { json!([site.hex(&key, 7), "latest"]) } else { json!([site.hex(&key, 7)]) },
                "imageSizeInBytes": 48_000_000 + site.number(&key) % 90_000_000, "imagePushedAt": site.ago(n * 259_200 + 5400)})
        })
    };
    site.all(|a| &a.repositories).flat_map(of).collect()
}
