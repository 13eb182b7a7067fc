//! Error codes of every AWS protocol (and Azure's) and what they mean. HTTP status codes mean nothing here.

use crate::domain::ErrorClass;

/// A code without its namespace: `com.amazonaws.ec2#X`, `X:http://…`, `Client.X` and `Aws::S3::Errors::X` are all `X`.
/// EC2's `InvalidInstanceID.NotFound` is one code.
pub(super) fn bare(code: &str) -> &str {
    let code = code.trim();
    let code = code.rsplit('#').next().unwrap_or(code);
    let code = code.rsplit("::").next().unwrap_or(code);
    let code = code.split(':').next().unwrap_or(code);
    let space = |s: &str| matches!(s, "Client" | "Server") || s.starts_with(|c: char| c.is_ascii_lowercase());
    match code.split_once('.') {
        Some((first, _)) if space(first) => code.rsplit('.').next().unwrap_or(code).trim(),
        _ => code.trim(),
    }
}

/// Codes that mean "refused" and do not contain the word `AccessDenied`.
const DENIED: [&str; 20] = [
    "UnauthorizedOperation",
    "UnauthorizedOperationException",
    "UnauthorizedAccess",
    "UnauthorizedAccessException",
    "UnauthorizedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
    "NotAuthorizedError",
    "ForbiddenException",
    "InsufficientPermissions",
    "InsufficientPermissionsException",
    "InsufficientPrivilegesException",
    // Azure: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
    "AuthorizationFailed",
    "LinkedAuthorizationFailed",
    "DenyAssignmentAuthorizationFailed",
    "AuthorizationPermissionMismatch",
    "InsufficientAccountPermissions",
    "ForbiddenByRbac",
    "ForbiddenByPolicy",
];

/// Whether an error code by itself says that the caller was refused, in any service's protocol and
/// with or without a namespace. `NotAuthorizedException` does not: Amazon Cognito uses it for wrong passwords.
pub fn is_denial_code(code: &str) -> bool {
    let code = bare(code);
    // AccessDeniedException, AccessDeniedFault, KMSAccessDeniedException, EC2AccessDeniedException, KmsAccessDenied…
    code.contains("AccessDenied") || DENIED.contains(&code)
}

/// Codes that have one meaning, whatever the message says.
const CLASSES: [(ErrorClass, &[&str]); 6] = [
    (
        ErrorClass::Throttled,
        &[
            "Throttling",
            "ThrottlingException",
            "Throttled",
            "ThrottledException",
            "RequestThrottled",
            "RequestThrottledException",
            "RequestLimitExceeded",
            "TooManyRequestsException",
            "TooManyRequests",
            "SlowDown",
            "BandwidthLimitExceeded",
            "ProvisionedThroughputExceededException",
            "EC2ThrottledException",
            "PriorRequestNotComplete",
            "SubscriptionRequestsThrottled",
        ],
    ),
    (
        ErrorClass::Expired,
        &[
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired",
            "TokenRefreshRequired",
            "ExpiredAuthenticationToken",
        ],
    ),
    (ErrorClass::Clock, &["RequestTimeTooSkewed", "RequestInTheFuture"]),
    (ErrorClass::RegionOff, &["OptInRequired", "RegionDisabledException", "RegionDisabled", "NotOptedIn"]),
    (
        ErrorClass::Unsupported,
        &[
            "InvalidAction",
            "InvalidActionException",
            "UnknownOperationException",
            "UnknownOperation",
            "UnsupportedOperation",
            "UnsupportedOperationException",
            "UnrecognizedOperationException",
            "NotImplemented",
            "NotImplementedException",
            "NoSuchVersion",
        ],
    ),
    (
        ErrorClass::Invalid,
        &[
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "UnrecognizedClient",
            "InvalidAccessKeyId",
            "InvalidToken",
            "InvalidIdentityToken",
            "InvalidIdentityTokenException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "MissingClientTokenId",
            "IncompleteSignature",
            "IncompleteSignatureException",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "InvalidSignature",
            "AuthorizationHeaderMalformed",
            "MalformedPolicyDocument",
            "MalformedPolicyDocumentException",
            "PackedPolicyTooLarge",
            "ValidationError",
            "ValidationException",
            "InvalidParameter",
            "InvalidParameterException",
            "InvalidParameterValue",
            "InvalidParameterValueException",
            "InvalidParameterCombination",
            "MissingParameter",
            "MalformedQueryString",
            "InvalidArnException",
            "InvalidInput",
            "InvalidInputException",
            "InvalidRequest",
            "InvalidRequestException",
            "InvalidGrantException",
            "InvalidClientException",
            "SerializationException",
            "NotAuthorizedException",
            "InvalidAuthenticationToken",
            "InvalidAuthenticationTokenTenant",
            "invalid_client",
            "invalid_grant",
            "invalid_request",
            "unauthorized_client",
        ],
    ),
];

/// What a code that is no refusal means: `None` when the code is unknown or a refusal. The message
/// decides only where AWS uses one code for several things.
pub fn class_of(code: &str, message: &str) -> Option<ErrorClass> {
    let code = bare(code);
    let said = |phrases: &[&str]| {
        let low = message.to_ascii_lowercase();
        phrases.iter().any(|p| low.contains(p))
    };
    match code {
        // Bad keys and a region that is off look alike in EC2 (turbot/steampipe-plugin-aws#75).
        "AuthFailure" if said(&["able to validate"]) => return Some(ErrorClass::RegionOff),
        "AuthFailure" if said(&["signature expired", "not yet current"]) => return Some(ErrorClass::Clock),
        "AuthFailure" if said(&["not authorized", "not have permission"]) => return None,
        "AuthFailure" => return Some(ErrorClass::RegionOff),
        // The same codes for a wrong secret and for a wrong clock (aws/aws-cli#6676).
        "SignatureDoesNotMatch" | "InvalidSignatureException" | "InvalidSignature" | "IncompleteSignature"
            if said(&["signature expired", "not yet current", "date in credential scope does not match"]) =>
        {
            return Some(ErrorClass::Clock);
        }
        // A product's terms, not a region.
        "OptInRequired" if said(&["marketplace", "accept terms"]) => return Some(ErrorClass::Other),
        // Services spell their quotas and their rates with the same code.
        "LimitExceededException" | "LimitExceeded" if said(&["rate exceeded"]) => return Some(ErrorClass::Throttled),
        // Amazon Cognito and the Identity Center portal.
        "NotAuthorizedException" if said(&["expired"]) => return Some(ErrorClass::Expired),
        "NotAuthorizedException" if said(&["not authorized to"]) => return None,
        "UnauthorizedException" if said(&["session token not found", "token has expired", "token is expired"]) => {
            return Some(ErrorClass::Expired);
        }
        // Microsoft Entra: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
        "invalid_client" if said(&["aadsts7000222"]) => return Some(ErrorClass::Expired),
        // Presigned S3 addresses and signing mistakes carry AccessDenied and are no matter of permission.
        "AccessDenied" if said(&["request has expired"]) => return Some(ErrorClass::Expired),
        "AccessDenied" if said(&["headers present in the request which were not signed"]) => {
            return Some(ErrorClass::Invalid);
        }
        _ => {}
    }
    if is_denial_code(code) {
        // The endpoint did not know what was asked, so nothing was evaluated.
        return said(&["unable to determine service", "unable to determine operation"])
            .then_some(ErrorClass::Unsupported);
    }
    CLASSES.iter().find(|(_, codes)| codes.contains(&code)).map(|(class, _)| *class)
}

/// Whether a word is a code that this room knows, for finding one in free text.
pub(super) fn is_known(word: &str) -> bool {
    let code = bare(word);
    is_denial_code(code) || code == "AuthFailure" || CLASSES.iter().any(|(_, codes)| codes.contains(&code))
}
