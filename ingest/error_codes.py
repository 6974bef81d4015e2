"""AWS's error codes that refuse a caller, in small letters and without `Client.`: made by `make refusals`.

error_codes/judged.toml is the source. A code with an event source before it applies only to that service.
"""

NO_PERMISSION = frozenset(
    """
    accessdenied accessdeniedbymetaexception accessdeniedexception accessdeniedfordependencyexception
    accessforbidden accesstoclusterdenied accesstoclusterdeniedfault accesstosnapshotdenied
    accesstosnapshotdeniedfault allaccessdisabled authexception authorizationerror authorizationerrorexception
    authorizationexception bucketpermissionexception channelinsufficientpermission cloudhsmaccessdeniedexception
    dependencyaccessdeniedexception dependentserviceaccessdenied dependentserviceaccessdeniedfault
    encryptionkeyaccessdeniedexception forbidden forbiddenerror forbiddenexception
    insufficientdependencyserviceaccesspermissionexception insufficientiamaccesspermissionexception
    insufficientpermissionsexception insufficientprivilegesexception kmsaccessdenied kmsaccessdeniedexception
    notauthorized notauthorizedexception operationnotpermittedfault opsitemaccessdeniedexception
    organizationaccessdeniedexception snsnoauthorization snsnoauthorizationfault unauthorized unauthorizedaccess
    unauthorizedclientexception unauthorizedexception unauthorizedoperation unauthorizedoperationexception
    unauthorizedpartnerintegration unauthorizedpartnerintegrationfault unauthorizedresourceaccessexception
    vpceaccessdenied
    """.split()
)

BAD_CREDENTIAL = frozenset(
    """
    expiredtoken expiredtokenexception idprejectedclaim idprejectedclaimexception incompletesignature
    incompletesignatureexception invalidaccesskeyid invalidclientexception invalidclienttokenid invalidsecurity
    invalidsecurityexception invalidsignatureexception invalidtoken missingauthenticationtoken
    missingauthenticationtokenexception requestexpired requesttimetooskewed signaturedoesnotmatch
    tokenrefreshrequired unauthenticatedexception unauthorizederror unrecognizedclientexception
    """.split()
)

EITHER = frozenset(
    """
    authfailure eks-auth.amazonaws.com/expiredtokenexception
    metering-marketplace.amazonaws.com/expiredtokenexception
    """.split()
)

OF_ONE_SERVICE = frozenset(
    """
    eks-auth.amazonaws.com/expiredtokenexception kinesisvideo.amazonaws.com/invalidclientexception
    metering-marketplace.amazonaws.com/expiredtokenexception states.amazonaws.com/invalidtoken
    """.split()
)
