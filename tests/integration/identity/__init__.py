"""Identity through the API, on moto; races on DynamoDB Local."""
