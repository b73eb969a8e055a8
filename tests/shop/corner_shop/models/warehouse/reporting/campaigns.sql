select * from {{ source('crm', 'campaigns') }}
